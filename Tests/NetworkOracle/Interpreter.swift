import SignetModel

/// The graph's definition, executed in double precision with plain loops.
///
/// Beside each number stands a bound on what single precision may make of it: a sum of n products
/// may be off by γ(n)·Σ|aᵢbᵢ| with γ(n) = n·u, u = 2⁻²⁴, plus what its inputs were off by.
package struct Interpreter {
  package let model: Model
  /// What the kernel of a layer may round.
  let rounding: (Node) -> KernelRounding

  package init(
    model: Model, rounding: @escaping (Node) -> KernelRounding = { _ in KernelRounding() }
  ) {
    self.model = model
    self.rounding = rounding
  }

  package struct Value {
    package var shape: Shape
    /// C × H × W
    package var numbers: [Double]
    /// C × H × W
    package var bounds: [Double]

    package init(shape: Shape) {
      self.shape = shape
      numbers = Array(repeating: 0, count: shape.elementCount)
      bounds = numbers
    }

    package func index(_ channel: Int, _ row: Int, _ column: Int) -> Int {
      (channel * shape.height + row) * shape.width + column
    }

    package func contains(_ row: Int, _ column: Int) -> Bool {
      (0..<shape.height).contains(row) && (0..<shape.width).contains(column)
    }
  }

  package static let unit = 0x1p-24

  /// The output's value.
  package func run(_ image: [Float]) -> Value {
    values(image)[model.graph.output] ?? Value(shape: model.graph.outputShape)
  }

  /// All values by name.
  package func values(_ image: [Float]) -> [String: Value] {
    var input = Value(shape: model.graph.inputShape)
    input.numbers = image.map(Double.init)
    var values = [model.graph.inputs[0].name: input]
    for node in model.graph.nodes {
      let inputs = node.inputs.compactMap { values[$0] }
      values[node.name] = value(
        of: node, inputs, Value(shape: model.graph.shapes[node.name] ?? Shape([])))
    }
    return values
  }

  private func value(of node: Node, _ inputs: [Value], _ empty: Value) -> Value {
    switch node.operation {
    case .convolution(let attributes): convolution(node, attributes, inputs[0], empty)
    case .linear: linear(node, inputs[0], empty)
    case .batchNorm(let attributes): batchNorm(node, attributes, inputs[0])
    case .relu: relu(inputs[0])
    case .maxPool(let attributes): pool(attributes, isMaximum: true, inputs[0], empty)
    case .averagePool(let attributes): pool(attributes, isMaximum: false, inputs[0], empty)
    case .globalAveragePool:
      pool(
        Pooling(
          kernel: Size2D(height: inputs[0].shape.height, width: inputs[0].shape.width),
          stride: Size2D(1)),
        isMaximum: false, inputs[0], empty)
    case .add: sum(inputs, empty)
    case .concatenate: concatenation(inputs, empty)
    case .flatten: flattened(inputs[0], empty)
    case .dropout: inputs[0]
    case .pad(let attributes): padded(attributes, inputs[0], empty)
    case .slice(let attributes): sliced(attributes, inputs[0], empty)
    case .activation(let function): activated(function, inputs[0])
    case .prelu(let shape):
      combined(node, shape, inputs[0]) { x, weight, _ in x > 0 ? (x, 1) : (weight * x, weight) }
    case .affine(let attributes):
      combined(node, attributes.shape, inputs[0]) { x, weight, bias in (weight * x + bias, weight) }
    case .multiply: product(inputs, empty)
    case .localResponseNorm(let attributes): normalised(attributes, inputs[0])
    case .softmax(let axis): softmax(axis, inputs[0])
    case .reshape: flattened(inputs[0], empty)
    case .transpose(let attributes): transposed(attributes, inputs[0], empty)
    case .logSoftmax(let axis): logSoftmax(axis, inputs[0])
    case .spread(let stride): spread(stride, inputs[0], empty)
    case .resize(let attributes): resized(attributes, inputs[0], empty)
    case .binary(let function): combined(function, inputs[0], inputs[1], empty)
    case .select: selected(inputs, empty)
    case .reduce(let attributes): reduced(attributes, inputs[0], empty)
    case .argExtreme(let attributes): placed(attributes, inputs[0], empty)
    case .normalize(let attributes): standardised(attributes, inputs[0])
    case .matrixProduct(let attributes): multiplied(attributes, inputs[0], inputs[1], empty)
    case .constant: constant(node, empty)
    case .region(let attributes): picked(attributes, inputs[0], empty)
    case .selection(let attributes): picked(attributes, inputs[0], empty)
    case .gridSample(let attributes): sampled(attributes, inputs[0], at: inputs[1], empty)
    }
  }

  package func parameters(_ role: ParameterRole, of node: Node) -> [Double] {
    model.weight(role, of: node)?.floats.map(Double.init) ?? []
  }

  /// Weights N × S, without input scales, and how much larger the sum of codes' magnitudes is than the weights'.
  private func weights(of node: Node) -> (signed: [Double], magnitudes: [Double]) {
    guard let weight = model.weight(.weight, of: node) else { return ([], []) }
    guard let codes = weight.codes else {
      let floats = weight.floats.map(Double.init)
      return (floats, floats.map(abs))
    }
    let signs = codes.signs
    let scales = codes.scales.array
    let length = codes.patchLength
    let constants = codes.constants?.array.map(Double.init)
    var signed = [Double](repeating: 0, count: codes.filterCount * length)
    var magnitudes = signed
    if let constants {
      signed = signed.indices.map { constants[$0 / length] }
      magnitudes = signed.map(abs)
    }
    for (row, filter) in codes.rows.filters.enumerated() {
      let scale = Double(scales[row])
      for element in 0..<length {
        signed[filter * length + element] += scale * Double(signs[row * length + element])
        magnitudes[filter * length + element] += abs(scale)
      }
    }
    return (signed, magnitudes)
  }

  /// A layer's input times its input scales, which ``weights(of:)`` leaves out.
  private func scaled(_ input: Value, for node: Node) -> Value {
    guard let factors = model.weight(.weight, of: node)?.codes?.inputScales?.values.array
    else { return input }
    var scaled = input
    let area = input.numbers.count / factors.count
    for index in input.numbers.indices {
      let factor = Double(factors[index / area])
      scaled.numbers[index] *= factor
      scaled.bounds[index] =
        factor * input.bounds[index] + Self.unit * abs(scaled.numbers[index])
    }
    return scaled
  }

  private func convolution(
    _ node: Node, _ attributes: Convolution, _ input: Value, _ empty: Value
  ) -> Value {
    var out = empty
    let input = scaled(input, for: node)
    let (weight, magnitude) = weights(of: node)
    let bias = parameters(.bias, of: node)
    let channels = attributes.inputChannels / attributes.groups
    let perGroup = attributes.outputChannels / attributes.groups
    // Products, codes, folding of a batch norm, offset and residual.
    let gamma = Double(attributes.patchLength + 16) * Self.unit
    let rounding = rounding(node)
    let inputAbsmax = absmax(input, channels: rounding.absmaxChannels)
    for filter in 0..<attributes.outputChannels {
      let patch = filter * attributes.patchLength..<(filter + 1) * attributes.patchLength
      let weightError = rounding.weightError(magnitude[patch])
      for row in 0..<out.shape.height {
        for column in 0..<out.shape.width {
          var number = bias.isEmpty ? 0 : bias[filter]
          var magnitudes = abs(number)
          var carried = 0.0
          var element = patch.lowerBound
          for channel in 0..<channels {
            for ky in 0..<attributes.kernel.height {
              for kx in 0..<attributes.kernel.width {
                let y =
                  row * attributes.stride.height + ky * attributes.dilation.height
                  - attributes.padding.top
                let x =
                  column * attributes.stride.width + kx * attributes.dilation.width
                  - attributes.padding.left
                if input.contains(y, x) {
                  let index = input.index(filter / perGroup * channels + channel, y, x)
                  number += weight[element] * input.numbers[index]
                  magnitudes += magnitude[element] * abs(input.numbers[index])
                  carried += magnitude[element] * input.bounds[index]
                  carried += rounding.bound(
                    input: input.numbers[index], weight: magnitude[element],
                    inputAbsmax: inputAbsmax, weightError: weightError)
                }
                element += 1
              }
            }
          }
          let index = out.index(filter, row, column)
          out.numbers[index] = number
          out.bounds[index] = gamma * magnitudes + (1 + gamma) * carried
        }
      }
    }
    return out
  }

  /// The largest sum that the magnitudes of so many adjacent channels of a pixel may have.
  private func absmax(_ input: Value, channels: Int) -> Double {
    var absmax = 0.0
    for row in 0..<input.shape.height {
      for column in 0..<input.shape.width {
        var sum = 0.0
        for channel in 0..<input.shape.channels {
          if channel % channels == 0 { sum = 0 }
          let index = input.index(channel, row, column)
          sum += abs(input.numbers[index]) + input.bounds[index]
          absmax = max(absmax, sum)
        }
      }
    }
    return absmax
  }

  private func linear(_ node: Node, _ input: Value, _ empty: Value) -> Value {
    var out = empty
    let input = scaled(input, for: node)
    let (weight, magnitude) = weights(of: node)
    let bias = parameters(.bias, of: node)
    let inputs = input.numbers.count
    let gamma = Double(inputs + 16) * Self.unit
    let rounding = rounding(node)
    let inputAbsmax = absmax(input, channels: rounding.absmaxChannels)
    for filter in 0..<out.shape.channels {
      let weightError = rounding.weightError(magnitude[filter * inputs..<(filter + 1) * inputs])
      var number = bias.isEmpty ? 0 : bias[filter]
      var magnitudes = abs(number)
      var carried = 0.0
      for element in 0..<inputs {
        number += weight[filter * inputs + element] * input.numbers[element]
        magnitudes += magnitude[filter * inputs + element] * abs(input.numbers[element])
        carried += magnitude[filter * inputs + element] * input.bounds[element]
        carried += rounding.bound(
          input: input.numbers[element], weight: magnitude[filter * inputs + element],
          inputAbsmax: inputAbsmax, weightError: weightError)
      }
      out.numbers[filter] = number
      out.bounds[filter] = gamma * magnitudes + (1 + gamma) * carried
    }
    return out
  }

  private func batchNorm(_ node: Node, _ attributes: BatchNorm, _ input: Value) -> Value {
    var out = input
    let gain = parameters(.weight, of: node)
    let bias = parameters(.bias, of: node)
    let mean = parameters(.runningMean, of: node)
    let variance = parameters(.runningVariance, of: node)
    let area = input.numbers.count / input.shape.channels
    for index in out.numbers.indices {
      let channel = index / area
      let scale = gain[channel] / (variance[channel] + Double(attributes.epsilon)).squareRoot()
      let number = input.numbers[index]
      out.numbers[index] = scale * (number - mean[channel]) + bias[channel]
      out.bounds[index] =
        abs(scale) * input.bounds[index]
        + 8 * Self.unit * (abs(scale) * (abs(number) + abs(mean[channel])) + abs(bias[channel]))
    }
    return out
  }

  private func relu(_ input: Value) -> Value {
    var out = input
    out.numbers = input.numbers.map { max($0, 0) }
    return out
  }

  private func pool(
    _ attributes: Pooling, isMaximum: Bool, _ input: Value, _ empty: Value
  ) -> Value {
    var out = empty
    let padding = attributes.padding
    for channel in 0..<out.shape.channels {
      for row in 0..<out.shape.height {
        for column in 0..<out.shape.width {
          let top = row * attributes.stride.height - padding.top
          let left = column * attributes.stride.width - padding.left
          var numbers: [Double] = []
          var bounds: [Double] = []
          let (down, across) = (attributes.dilation.height, attributes.dilation.width)
          for i in 0..<attributes.kernel.height {
            for j in 0..<attributes.kernel.width
            where input.contains(top + i * down, left + j * across) {
              let (y, x) = (top + i * down, left + j * across)
              numbers.append(input.numbers[input.index(channel, y, x)])
              bounds.append(input.bounds[input.index(channel, y, x)])
            }
          }
          let index = out.index(channel, row, column)
          if isMaximum {
            out.numbers[index] = numbers.max() ?? 0
            out.bounds[index] = bounds.max() ?? 0
            continue
          }
          // PyTorch's divisor: the window as far as the padded input reaches, or what is inside.
          let bottom = input.shape.height + padding.bottom
          let right = input.shape.width + padding.right
          let height = (0..<attributes.kernel.height).count { top + $0 * down < bottom }
          let width = (0..<attributes.kernel.width).count { left + $0 * across < right }
          let divisor = Double(attributes.countsPadding ? height * width : numbers.count)
          let magnitudes = numbers.reduce(0) { $0 + abs($1) }
          out.numbers[index] = numbers.reduce(0, +) / divisor
          out.bounds[index] =
            (bounds.reduce(0, +) + Double(numbers.count + 4) * Self.unit * magnitudes) / divisor
        }
      }
    }
    return out
  }

  private func sum(_ inputs: [Value], _ empty: Value) -> Value {
    var out = empty
    for index in out.numbers.indices {
      let magnitudes = inputs.reduce(0) { $0 + abs($1.numbers[index]) + $1.bounds[index] }
      out.numbers[index] = inputs.reduce(0) { $0 + $1.numbers[index] }
      out.bounds[index] =
        inputs.reduce(0) { $0 + $1.bounds[index] }
        + Double(inputs.count) * Self.unit * magnitudes
    }
    return out
  }

  private func concatenation(_ inputs: [Value], _ empty: Value) -> Value {
    var out = empty
    out.numbers = inputs.flatMap(\.numbers)
    out.bounds = inputs.flatMap(\.bounds)
    return out
  }

  private func flattened(_ input: Value, _ empty: Value) -> Value {
    var out = input
    out.shape = empty.shape
    return out
  }

  private func padded(_ attributes: Pad, _ input: Value, _ empty: Value) -> Value {
    var out = empty
    for channel in 0..<out.shape.channels {
      for row in 0..<out.shape.height {
        for column in 0..<out.shape.width {
          let index = out.index(channel, row, column)
          let from = attributes.mode.place(
            channel - attributes.channelsBefore, of: input.shape.channels)
          let y = attributes.mode.place(row - attributes.spatial.top, of: input.shape.height)
          let x = attributes.mode.place(column - attributes.spatial.left, of: input.shape.width)
          if (0..<input.shape.channels).contains(from), input.contains(y, x) {
            out.numbers[index] = input.numbers[input.index(from, y, x)]
            out.bounds[index] = input.bounds[input.index(from, y, x)]
          } else {
            out.numbers[index] = Double(attributes.value)
          }
        }
      }
    }
    return out
  }

  private func sliced(_ attributes: StridedSlice, _ input: Value, _ empty: Value) -> Value {
    var out = empty
    for channel in 0..<out.shape.channels {
      for row in 0..<out.shape.height {
        for column in 0..<out.shape.width {
          let from = input.index(
            attributes.channels.start + channel * attributes.channels.step,
            attributes.height.start + row * attributes.height.step,
            attributes.width.start + column * attributes.width.step)
          let index = out.index(channel, row, column)
          out.numbers[index] = input.numbers[from]
          out.bounds[index] = input.bounds[from]
        }
      }
    }
    return out
  }
}
