import SignetModel

/// Builds networks layer by layer and keeps track of the current value and its channels.
///
/// What does not fit is found when the graph is made, so nothing here throws.
struct LayerBuilder {
  private var builder: GraphBuilder
  /// The value the next layer reads.
  private(set) var value: String
  /// Its channels, or elements if it is a vector.
  private(set) var channels: Int

  init(inputShape: Shape) {
    builder = GraphBuilder(inputShape: inputShape)
    value = builder.input
    channels = inputShape.channels
  }

  func graph() throws(GraphError) -> Graph {
    try builder.graph(output: value)
  }

  /// A value that was left behind, to be returned to.
  struct Position {
    let value: String
    let channels: Int
  }

  var position: Position { Position(value: value, channels: channels) }

  mutating func go(to position: Position) {
    value = position.value
    channels = position.channels
  }

  private mutating func append(_ name: String, _ operation: NodeOperation) {
    value = builder.append(name, operation, value)
  }

  mutating func convolution(
    _ name: String, _ filters: Int, kernel: Int, stride: Int = 1, padding: Int? = nil,
    hasBias: Bool = false
  ) {
    append(
      name,
      .convolution(
        Convolution(
          inputChannels: channels, outputChannels: filters, kernel: Size2D(kernel),
          stride: Size2D(stride), padding: Padding2D(padding ?? kernel / 2), hasBias: hasBias)))
    channels = filters
  }

  mutating func batchNorm(_ name: String, epsilon: Float = 1e-5) {
    append(name, .batchNorm(BatchNorm(channels: channels, epsilon: epsilon)))
  }

  mutating func relu(_ name: String) {
    append(name, .relu)
  }

  mutating func maxPool(
    _ name: String, kernel: Int, stride: Int, padding: Int = 0, ceilMode: Bool = false
  ) {
    append(
      name,
      .maxPool(
        Pooling(
          kernel: Size2D(kernel), stride: Size2D(stride), padding: Padding2D(padding),
          ceilMode: ceilMode)))
  }

  mutating func dropout(_ name: String, rate: Float) {
    append(name, .dropout(rate: rate))
  }

  /// C×H×W → C
  mutating func globalAverage() {
    append("avgpool", .globalAveragePool)
    append("flatten", .flatten)
  }

  /// C×H×W → C·H·W
  mutating func flatten() {
    append("flatten", .flatten)
    // An input that is too small for the layers before has no shape; making the graph says so.
    channels = (try? graph())?.outputShape.elementCount ?? channels
  }

  mutating func linear(_ name: String, _ outputs: Int, hasBias: Bool = true) {
    append(name, .linear(Linear(inputs: channels, outputs: outputs, hasBias: hasBias)))
    channels = outputs
  }

  /// Every `stride`-th pixel, with channels of zeros on both sides: the shortcut without weights
  /// (He et al. 2016, option A).
  mutating func zeroPaddedShortcut(_ name: String, _ filters: Int, stride: Int) {
    let axis = StridedSlice.Axis(step: stride)
    append(name + ".slice", .slice(StridedSlice(height: axis, width: axis)))
    let missing = filters - channels
    append(
      name + ".pad",
      .pad(Pad(channelsBefore: missing / 2, channelsAfter: missing - missing / 2)))
    channels = filters
  }

  mutating func add(_ name: String, _ other: Position) {
    value = builder.append(name, .add, value, other.value)
  }

  mutating func concatenate(_ name: String, _ positions: [Position]) {
    value = builder.append(name, .concatenate, inputs: positions.map(\.value))
    channels = positions.reduce(0) { $0 + $1.channels }
  }
}
