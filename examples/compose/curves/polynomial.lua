-- A polynomial that is fitted by least squares.

local Polynomial = {}
Polynomial.__index = Polynomial

---@class Polynomial.Options
---@field degree integer
---@param options Polynomial.Options
function Polynomial.new(options)
  return setmetatable({ degree = options.degree, c = {} }, Polynomial)
end

function Polynomial:__call(x)
  local sum = 0
  for i = self.degree + 1, 1, -1 do
    sum = sum * x + self.c[i]
  end
  return sum
end

-- Solves the normal equations by elimination with pivots.
function Polynomial:fit(x, y)
  local n, a = self.degree + 1, {}
  for i = 1, n do
    a[i] = {}
    for j = 1, n + 1 do
      local sum = 0
      for k = 1, #x do
        sum = sum + x[k] ^ (i - 1) * (j <= n and x[k] ^ (j - 1) or y[k])
      end
      a[i][j] = sum
    end
  end
  for i = 1, n do
    local best = i
    for k = i + 1, n do
      if math.abs(a[k][i]) > math.abs(a[best][i]) then
        best = k
      end
    end
    a[i], a[best] = a[best], a[i]
    for k = 1, n do
      local factor = k ~= i and a[k][i] / a[i][i] or 0
      for j = i, n + 1 do
        a[k][j] = a[k][j] - factor * a[i][j]
      end
    end
  end
  for i = 1, n do
    self.c[i] = a[i][n + 1] / a[i][i]
  end
end

return Polynomial
