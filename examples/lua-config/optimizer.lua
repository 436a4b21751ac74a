-- An optimizer on its own, for any config that includes it.
return target "iris.optimizer.SGD" {
  lr = 0.1,
  momentum = 0.9,
}
