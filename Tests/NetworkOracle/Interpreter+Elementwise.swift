import Foundation
import SignetModel

/// The operations that imported networks need beside layers, pooling and sums.
extension Interpreter {
  package func activated(_ function: Activation, _ input: Value) -> Value {
    var out = input
    for index in out.numbers.indices {
      let x = input.numbers[index]
      let (y, slope): (Double, Double)
      switch function {
      case .leakyRelu(let a): (y, slope) = (x > 0 ? x : Double(a) * x, max(1, abs(Double(a))))
      case .clip(let low, let high):
        (y, slope) = (min(max(x, low.map(Double.init) ?? x), high.map(Double.init) ?? .infinity), 1)
      case .sigmoid: (y, slope) = (1 / (1 + exp(-x)), 0.25)
      case .hardSigmoid(let a, let b):
        (y, slope) = (min(max(Double(a) * x + Double(b), 0), 1), abs(Double(a)))
      case .hardSwish: (y, slope) = (x * min(max(x / 6 + 0.5, 0), 1), 1.5)
      case .silu: (y, slope) = (x / (1 + exp(-x)), 1.1)
      case .elu(let scale, let gain, let reach):
        let (scale, gain, reach) = (Double(scale), Double(gain), Double(reach))
        (y, slope) = (
          gain * (x > 0 ? x : scale * expm1(x / reach)), abs(gain) * max(1, abs(scale / reach))
        )
      case .thresholdedRelu(let threshold): (y, slope) = (x > Double(threshold) ? x : 0, 1)
      case .power(let exponent):
        y = pow(x, Double(exponent))
        slope = abs(Double(exponent) * pow(x, Double(exponent) - 1))
      case .elementary(let function): (y, slope) = function.double(x)
      }
      out.numbers[index] = y
      // The exponential, its argument and the quotient are rounded, each by few units.
      out.bounds[index] =
        slope * input.bounds[index] + 8 * Self.unit * (abs(y) + min(1, abs(x)))
    }
    return out
  }

  /// One constant each of `shape` broadcast to the input; the function gives the result and what
  /// the input's error is multiplied by.
  package func combined(
    _ node: Node, _ shape: Shape, _ input: Value,
    _ function: (Double, Double, Double) -> (Double, Double)
  ) -> Value {
    var out = input
    let weight = parameters(.weight, of: node)
    let bias = parameters(.bias, of: node)
    for channel in 0..<input.shape.channels {
      for row in 0..<input.shape.height {
        for column in 0..<input.shape.width {
          let place =
            (channel % shape.channels * shape.height + row % shape.height) * shape.width
            + column % shape.width
          let index = input.index(channel, row, column)
          let offset = bias.isEmpty ? 0 : bias[place]
          let (y, slope) = function(
            input.numbers[index], weight.isEmpty ? 1 : weight[place], offset)
          out.numbers[index] = y
          out.bounds[index] =
            abs(slope) * input.bounds[index]
            + 4 * Self.unit * (abs(slope * input.numbers[index]) + abs(offset))
        }
      }
    }
    return out
  }

  package func product(_ inputs: [Value], _ empty: Value) -> Value {
    var out = empty
    for channel in 0..<out.shape.channels {
      for row in 0..<out.shape.height {
        for column in 0..<out.shape.width {
          var (number, bound) = (1.0, 0.0)
          for input in inputs {
            let index = input.index(
              channel % input.shape.channels, row % input.shape.height,
              column % input.shape.width)
            let (next, error) = (input.numbers[index], input.bounds[index])
            bound = abs(number) * error + abs(next) * bound + bound * error
            number *= next
            bound += Self.unit * (abs(number) + bound)
          }
          out.numbers[out.index(channel, row, column)] = number
          out.bounds[out.index(channel, row, column)] = bound
        }
      }
    }
    return out
  }

  package func normalised(_ attributes: LocalResponseNorm, _ input: Value) -> Value {
    var out = input
    let (alpha, beta) = (Double(attributes.alpha), Double(attributes.beta))
    for channel in 0..<input.shape.channels {
      for row in 0..<input.shape.height {
        for column in 0..<input.shape.width {
          let size = attributes.size
          var energy = 0.0
          for other in (channel - (size - 1) / 2)...(channel + size / 2)
          where (0..<input.shape.channels).contains(other) {
            energy += pow(input.numbers[input.index(other, row, column)], 2)
          }
          let index = input.index(channel, row, column)
          let base = Double(attributes.bias) + alpha / Double(size) * energy
          let y = input.numbers[index] / pow(base, beta)
          out.numbers[index] = y
          // The power multiplies the relative error of its base.
          out.bounds[index] =
            8 * input.bounds[index] + (beta * Double(size + 4) + 8) * Self.unit * abs(y)
        }
      }
    }
    return out
  }

  package func softmax(_ axis: Int, _ input: Value) -> Value {
    var out = input
    let extents = [input.shape.channels, input.shape.height, input.shape.width]
    let count = extents[axis]
    let stride = extents[(axis + 1)...].reduce(1, *)
    for first in out.numbers.indices where first / stride % count == 0 {
      let places = (0..<count).map { first + $0 * stride }
      let maximum = places.map { input.numbers[$0] }.max() ?? 0
      let sum = places.reduce(0) { $0 + exp(input.numbers[$1] - maximum) }
      let error = places.map { input.bounds[$0] }.max() ?? 0
      for place in places {
        let distance = maximum - input.numbers[place]
        let y = exp(-distance) / sum
        out.numbers[place] = y
        out.bounds[place] = y * (4 * error + (Double(count) + distance + 8) * Self.unit)
      }
    }
    return out
  }

  package func transposed(_ attributes: Transposition, _ input: Value, _ empty: Value) -> Value {
    var out = empty
    let extents = attributes.extents
    let shape = attributes.order.map { extents[$0] }
    for element in out.numbers.indices {
      // The element's place along each axis of the permuted grid, innermost first.
      var rest = element
      var places = [Int](repeating: 0, count: extents.count)
      for (axis, extent) in zip(attributes.order, shape).reversed() {
        places[axis] = rest % extent
        rest /= extent
      }
      let source = zip(places, extents).reduce(0) { $0 * $1.1 + $1.0 }
      out.numbers[element] = input.numbers[source]
      out.bounds[element] = input.bounds[source]
    }
    return out
  }
}

extension Pad.Mode {
  /// Where along an axis of `extent` an element lies that is added there; outside for a constant.
  package func place(_ position: Int, of extent: Int) -> Int {
    switch self {
    case .constant: position
    case .edge: min(max(position, 0), extent - 1)
    case .reflect:
      position < 0 ? -position : position < extent ? position : 2 * extent - 2 - position
    case .wrap: (position + extent) % extent
    }
  }
}
