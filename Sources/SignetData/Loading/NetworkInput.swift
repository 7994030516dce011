import SignetModel

/// What data must know of one input of a network.
public struct NetworkInput: Sendable, Hashable {
  /// The network's name for it.
  public var name: String
  /// Without the batch.
  public var shape: Shape
  /// The name in the file that the network came from, if it has another there.
  public var fileName: String?
  /// Its shape in that file, if it has another there.
  public var fileShape: Shape?
  /// Whether that file's shape is height × width × channels, the network's channels × height × width.
  public var isChannelsLast: Bool

  /// An input; what its file calls it, where that differs.
  public init(
    name: String, shape: Shape, fileName: String? = nil, fileShape: Shape? = nil,
    isChannelsLast: Bool = false
  ) {
    self.name = name
    self.shape = shape
    self.fileName = fileName
    self.fileShape = fileShape
    self.isChannelsLast = isChannelsLast
  }
}

extension BatchLoader {
  /// Loads nothing yet; for whatever inputs a network has.
  public init(
    dataset: any ImageDataset, model: Model, batchSize: Int, shuffleSeed: UInt64? = nil,
    augmentation: Augmentation = .none, dropLast: Bool = false, prefetch: Int = 3,
    shard: Shard = .whole
  ) {
    self.init(
      dataset: dataset, inputs: model.networkInputs, preprocessing: model.preprocessing,
      batchSize: batchSize, shuffleSeed: shuffleSeed, augmentation: augmentation,
      dropLast: dropLast, prefetch: prefetch, shard: shard)
  }
}

extension Model {
  /// What data must know of the network's inputs, in their order.
  public var networkInputs: [NetworkInput] {
    graph.inputs.enumerated().map { index, input in
      let file = interface?.inputs[index]
      return NetworkInput(
        name: input.name, shape: input.shape, fileName: file?.port.name,
        fileShape: (file?.port.extents).map { Shape($0) },
        isChannelsLast: file?.isChannelsLast ?? false)
    }
  }
}
