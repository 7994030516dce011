import Foundation
import SignetModel

/// Operations that resample, that combine values, and that run along the axes of a grid.
extension Interpreter {
  func logSoftmax(_ axis: Int, _ input: Value) -> Value {
    var out = softmax(axis, input)
    for index in out.numbers.indices {
      let (y, bound) = (out.numbers[index], out.bounds[index])
      out.numbers[index] = log(y)
      out.bounds[index] = bound / y + 4 * Self.unit * (abs(log(y)) + abs(input.numbers[index]) + 1)
    }
    return out
  }

  func spread(_ stride: Size2D, _ input: Value, _ empty: Value) -> Value {
    var out = empty
    for channel in 0..<input.shape.channels {
      for row in 0..<input.shape.height {
        for column in 0..<input.shape.width {
          let target = out.index(channel, row * stride.height, column * stride.width)
          out.numbers[target] = input.numbers[input.index(channel, row, column)]
          out.bounds[target] = input.bounds[input.index(channel, row, column)]
        }
      }
    }
    return out
  }

  func resized(_ attributes: Resize, _ input: Value, _ empty: Value) -> Value {
    var out = empty
    let rows = attributes.taps(attributes.height, extent: input.shape.height)
    let columns = attributes.taps(attributes.width, extent: input.shape.width)
    for channel in 0..<out.shape.channels {
      for (row, rowTaps) in rows.enumerated() {
        for (column, columnTaps) in columns.enumerated() {
          let index = out.index(channel, row, column)
          guard !rowTaps.isEmpty, !columnTaps.isEmpty else {
            out.numbers[index] = Double(attributes.extrapolation)
            continue
          }
          var (magnitudes, carried) = (0.0, 0.0)
          for one in rowTaps {
            for other in columnTaps {
              let source = input.index(channel, one.index, other.index)
              let weight = Double(one.weight) * Double(other.weight)
              out.numbers[index] += weight * input.numbers[source]
              magnitudes += abs(weight * input.numbers[source])
              carried += abs(weight) * input.bounds[source]
            }
          }
          let terms = Double(rowTaps.count * columnTaps.count + 4)
          out.bounds[index] = carried + terms * Self.unit * magnitudes
        }
      }
    }
    return out
  }

  func combined(
    _ function: BinaryFunction, _ left: Value, _ right: Value, _ empty: Value
  ) -> Value {
    var out = empty
    for channel in 0..<out.shape.channels {
      for row in 0..<out.shape.height {
        for column in 0..<out.shape.width {
          let (one, other) = (
            left.broadcastIndex(channel, row, column), right.broadcastIndex(channel, row, column)
          )
          let (a, b) = (left.numbers[one], right.numbers[other])
          let (errorA, errorB) = (left.bounds[one], right.bounds[other])
          let index = out.index(channel, row, column)
          let (y, slopeA, slopeB) = function.double(a, b)
          out.numbers[index] = y
          out.bounds[index] = slopeA * errorA + slopeB * errorB + 8 * Self.unit * abs(y)
        }
      }
    }
    return out
  }

  func selected(_ inputs: [Value], _ empty: Value) -> Value {
    var out = empty
    for channel in 0..<out.shape.channels {
      for row in 0..<out.shape.height {
        for column in 0..<out.shape.width {
          let isTrue = inputs[0].numbers[inputs[0].broadcastIndex(channel, row, column)] != 0
          let chosen = inputs[isTrue ? 1 : 2]
          let index = out.index(channel, row, column)
          out.numbers[index] = chosen.numbers[chosen.broadcastIndex(channel, row, column)]
          out.bounds[index] = chosen.bounds[chosen.broadcastIndex(channel, row, column)]
        }
      }
    }
    return out
  }

  func reduced(_ attributes: Reduction, _ input: Value, _ empty: Value) -> Value {
    var out = empty
    let groups = Self.groups(attributes.extents, along: attributes.axes)
    for (index, places) in groups.enumerated() {
      let numbers = places.map { input.numbers[$0] }
      let bounds = places.map { input.bounds[$0] }
      let count = Double(numbers.count)
      let magnitudes = numbers.reduce(0) { $0 + abs($1) }
      let error = bounds.reduce(0, +)
      let squares = numbers.reduce(0) { $0 + $1 * $1 }
      let (y, bound): (Double, Double)
      switch attributes.function {
      case .sum: (y, bound) = (numbers.reduce(0, +), error + count * Self.unit * magnitudes)
      case .mean:
        (y, bound) = (
          numbers.reduce(0, +) / count, (error + (count + 4) * Self.unit * magnitudes) / count
        )
      case .maximum: (y, bound) = (numbers.max() ?? 0, bounds.max() ?? 0)
      case .minimum: (y, bound) = (numbers.min() ?? 0, bounds.max() ?? 0)
      case .product:
        y = numbers.reduce(1, *)
        bound =
          zip(numbers, bounds).reduce(0) { $0 + abs(y / $1.0) * $1.1 }
          + 2 * count * Self.unit * abs(y)
      case .sumOfSquares:
        y = squares
        bound =
          2 * zip(numbers, bounds).reduce(0) { $0 + abs($1.0) * $1.1 }
          + (count + 4) * Self.unit * squares
      case .l1: (y, bound) = (magnitudes, error + count * Self.unit * magnitudes)
      case .l2:
        (y, bound) = (squares.squareRoot(), error + (count + 8) * Self.unit * squares.squareRoot())
      case .logSum:
        let sum = numbers.reduce(0, +)
        y = log(sum)
        bound = (error + count * Self.unit * magnitudes) / abs(sum) + 4 * Self.unit * (abs(y) + 1)
      case .logSumExp:
        let largest = numbers.max() ?? 0
        y = largest + log(numbers.reduce(0) { $0 + exp($1 - largest) })
        bound = (bounds.max() ?? 0) + (count + 16) * Self.unit * (abs(y) + abs(largest) + 1)
      }
      (out.numbers[index], out.bounds[index]) = (y, bound)
    }
    return out
  }

  func placed(_ attributes: ArgExtreme, _ input: Value, _ empty: Value) -> Value {
    var out = empty
    let groups = Self.groups(attributes.extents, along: [attributes.axis])
    for (index, places) in groups.enumerated() {
      let numbers = places.map { attributes.isMaximum ? input.numbers[$0] : -input.numbers[$0] }
      let extreme = numbers.max()
      let place =
        attributes.takesLast
        ? numbers.lastIndex { $0 == extreme } : numbers.firstIndex { $0 == extreme }
      out.numbers[index] = Double(place ?? 0)
    }
    return out
  }

  func standardised(_ attributes: Normalization, _ input: Value) -> Value {
    var out = input
    for places in Self.groups(attributes.extents, along: attributes.axes) {
      let numbers = places.map { input.numbers[$0] }
      let count = Double(numbers.count)
      let mean = numbers.reduce(0, +) / count
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      let deviation = (variance + Double(attributes.epsilon)).squareRoot()
      let largest = numbers.map(abs).max() ?? 0
      let error = places.map { input.bounds[$0] }.max() ?? 0
      for place in places {
        let y = (input.numbers[place] - mean) / deviation
        out.numbers[place] = y
        out.bounds[place] =
          (4 * error + (count + 8) * Self.unit * largest) / deviation * (1 + abs(y))
      }
    }
    return out
  }

  func multiplied(
    _ attributes: MatrixProduct, _ left: Value, _ right: Value, _ empty: Value
  ) -> Value {
    var out = empty
    let (rows, inner, columns) = (attributes.rows, attributes.inner, attributes.columns)
    for index in out.numbers.indices {
      let (matrix, rest) = index.quotientAndRemainder(dividingBy: rows * columns)
      let (row, column) = rest.quotientAndRemainder(dividingBy: columns)
      var (magnitudes, carried) = (0.0, 0.0)
      for k in 0..<inner {
        let one = (matrix * rows + row) * inner + k
        let other = (matrix * inner + k) * columns + column
        let product = left.numbers[one] * right.numbers[other]
        out.numbers[index] += product
        magnitudes += abs(product)
        carried += abs(left.numbers[one]) * right.bounds[other]
        carried += (abs(right.numbers[other]) + right.bounds[other]) * left.bounds[one]
      }
      out.bounds[index] = carried + Double(inner + 2) * Self.unit * magnitudes
    }
    return out
  }

  func constant(_ node: Node, _ empty: Value) -> Value {
    var out = empty
    out.numbers = parameters(.weight, of: node)
    return out
  }

  func picked(_ region: Region, _ input: Value, _ empty: Value) -> Value {
    picked(
      region.axes.map { axis in (0..<axis.length).map(axis.source(of:)) },
      of: region.axes.map(\.extent), input, empty)
  }

  func picked(_ selection: Selection, _ input: Value, _ empty: Value) -> Value {
    var places = selection.extents.map { Array(0..<$0) }
    places[selection.axis] = selection.places
    return picked(places, of: selection.extents, input, empty)
  }

  private func picked(
    _ places: [[Int]], of extents: [Int], _ input: Value, _ empty: Value
  ) -> Value {
    var out = empty
    for element in out.numbers.indices {
      var (rest, source, stride) = (element, 0, 1)
      for (axis, extent) in zip(places, extents).reversed() {
        source += axis[rest % axis.count] * stride
        rest /= axis.count
        stride *= extent
      }
      out.numbers[element] = input.numbers[source]
      out.bounds[element] = input.bounds[source]
    }
    return out
  }

  /// The elements that differ along `axes` only, by the place of the others.
  private static func groups(_ extents: [Int], along axes: [Int]) -> [[Int]] {
    var groups: [Int: [Int]] = [:]
    for element in 0..<extents.reduce(1, *) {
      var (rest, group, stride) = (element, 0, 1)
      for axis in extents.indices.reversed() {
        if !axes.contains(axis) {
          group += rest % extents[axis] * stride
          stride *= extents[axis]
        }
        rest /= extents[axis]
      }
      groups[group, default: []].append(element)
    }
    return groups.sorted { $0.key < $1.key }.map(\.value)
  }
}

extension Interpreter.Value {
  /// Where an element stands that is broadcast along axes of extent 1.
  fileprivate func broadcastIndex(_ channel: Int, _ row: Int, _ column: Int) -> Int {
    index(channel % shape.channels, row % shape.height, column % shape.width)
  }
}

extension Elementary {
  /// The function and how much it multiplies an error of `x` at most, nearby.
  func double(_ x: Double) -> (y: Double, slope: Double) {
    switch self {
    case .exp: (Foundation.exp(x), 1.01 * Foundation.exp(x))
    case .log: (Foundation.log(x), 1.01 / Swift.abs(x))
    case .sqrt: (x.squareRoot(), 0.51 / x.squareRoot())
    case .reciprocal: (1 / x, 1.01 / (x * x))
    case .abs: (Swift.abs(x), 1)
    case .negate: (-x, 1)
    case .sign: (x > 0 ? 1 : x < 0 ? -1 : 0, 0)
    case .floor: (x.rounded(.down), 0)
    case .ceil: (x.rounded(.up), 0)
    case .round: (x.rounded(.toNearestOrEven), 0)
    case .sin: (Foundation.sin(x), 1)
    case .cos: (Foundation.cos(x), 1)
    case .tanh: (Foundation.tanh(x), 1)
    case .erf: (Foundation.erf(x), 1.2)
    case .gelu: (0.5 * x * (1 + Foundation.erf(x * 0.5.squareRoot())), 1.2)
    case .geluTanh:
      (
        0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))),
        1.2
      )
    case .softplus: (Self.softplus(x), 1)
    case .softsign: (x / (1 + Swift.abs(x)), 1)
    case .mish: (x * Foundation.tanh(Self.softplus(x)), 1.2)
    case .not: (x == 0 ? 1 : 0, 0)
    }
  }

  private static func softplus(_ x: Double) -> Double {
    max(x, 0) + log1p(Foundation.exp(-Swift.abs(x)))
  }
}

extension BinaryFunction {
  /// The function and how much it multiplies errors of its arguments.
  func double(_ a: Double, _ b: Double) -> (y: Double, slopeA: Double, slopeB: Double) {
    switch self {
    case .add: (a + b, 1, 1)
    case .subtract: (a - b, 1, 1)
    case .multiply: (a * b, Swift.abs(b), Swift.abs(a))
    case .divide: (a / b, 1.01 / Swift.abs(b), 1.01 * Swift.abs(a / (b * b)))
    case .minimum: (min(a, b), 1, 1)
    case .maximum: (max(a, b), 1, 1)
    case .power:
      (
        pow(a, b), 1.01 * Swift.abs(b * pow(a, b - 1)),
        1.01 * Swift.abs(pow(a, b) * log(Swift.abs(a)))
      )
    case .remainder: (fmod(a, b), 1, Swift.abs(a / b))
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .exclusiveOr:
      (Double(self(Float(a), Float(b))), 0, 0)
    }
  }
}
