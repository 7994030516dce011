import SignetModel

/// An input of a program: an image where the model says how images become its input, else numbers.
struct ProgramInput {
  let value: ProgramValue
  /// The shape of the network's input.
  let shape: Shape
  let isChannelsLast: Bool
  /// `nil` for numbers.
  let preprocessing: Preprocessing?
  let feature: ProtoFeature

  init(
    _ input: GraphInput, _ known: ModelInterface.Input, of model: Model,
    takes inputs: CoreMLExporter.Inputs, name: String
  ) {
    shape = input.shape
    let preprocessing = model.preprocessing
    let isImage =
      inputs == .images && model.graph.inputs.count == 1 && preprocessing.channelOrder != .none
      && shape.isMap
    self.preprocessing = isImage ? preprocessing : nil
    isChannelsLast = !isImage && known.isChannelsLast
    let extents = [1] + (isImage ? shape.extents : known.port.extents)
    value = ProgramValue(name: name, extents: extents, type: .float32)
    var feature = ProtoFeature()
    feature.name = name
    if isImage {
      feature.shortDescription = Self.description(of: preprocessing, shape)
      feature.type.image.width = Int64(shape.width)
      feature.type.image.height = Int64(shape.height)
      feature.type.image.colorSpace = preprocessing.channelOrder.colorSpace
    } else {
      feature.type.multiArray = ProtoArrayFeature(extents: extents)
    }
    self.feature = feature
  }

  private static func description(of preprocessing: Preprocessing, _ shape: Shape) -> String {
    let size = "\(shape.width)×\(shape.height)"
    guard let side = preprocessing.resizeShorterSide else {
      return "An image of \(size) pixels; the model normalises it."
    }
    return "An image of \(size) pixels: the shorter side resized to \(side), then cropped at the "
      + "centre; the model normalises it."
  }
}

extension Preprocessing.ChannelOrder {
  fileprivate var colorSpace: ProtoColorSpace {
    switch self {
    case .rgb: .rgb
    case .bgr: .bgr
    case .grey: .grayscale
    case .none: .none
    }
  }
}

extension ProgramWriter {
  /// Makes the network's input of the program's.
  mutating func take(_ input: ProgramInput) throws(ProgramProblem) -> ProgramValue {
    try checkRank(input.value.extents)
    try checkRank([1] + input.shape.extents)
    let name = input.value.name
    var value = append(
      "cast", [("x", .value(input.value)), ("dtype", .text(precision.name))],
      extents: input.value.extents, as: "\(name)_number")
    if let preprocessing = input.preprocessing {
      value = try normalized(value, preprocessing)
    }
    let extents = [1] + input.shape.extents
    if input.isChannelsLast {
      return append(
        "transpose", [("x", .value(value)), ("perm", .integers([0, 3, 1, 2]))], extents: extents,
        as: "\(name)_channels_first")
    }
    return reshaped(value, to: extents, as: "\(name)_map")
  }

  /// `(byte · scale − mean) / std`
  private mutating func normalized(
    _ image: ProgramValue, _ preprocessing: Preprocessing
  ) throws(ProgramProblem) -> ProgramValue {
    let extents = [1, preprocessing.std.count, 1, 1]
    let factor = try constant(
      preprocessing.std.map { preprocessing.scale / $0 }, extents: extents, as: "image_factor")
    let scaled = append(
      "mul", [("x", .value(image)), ("y", .value(factor))], extents: image.extents,
      as: "image_scaled")
    let offset = try constant(
      zip(preprocessing.mean, preprocessing.std).map { -$0 / $1 }, extents: extents,
      as: "image_offset")
    return append(
      "add", [("x", .value(scaled)), ("y", .value(offset))], extents: image.extents,
      as: "image_normalized")
  }

  /// Makes the program's output of one of the network's values: float32, with the file's extents.
  mutating func leave(
    _ output: GraphOutput, _ port: ModelInterface.Port, name: String
  ) throws(ProgramProblem) -> ProgramValue {
    var extents = port.extents
    if let axis = port.batchAxis { extents.insert(1, at: axis) }
    try checkRank(extents)
    let value = reshaped(value(of: output.value), to: extents, as: "\(name)_number")
    return append(
      "cast", [("x", .value(value)), ("dtype", .text("fp32"))],
      to: ProgramValue(name: name, extents: extents, type: .float32))
  }

  /// The same elements under other extents; the value itself where it has them.
  mutating func reshaped(
    _ value: ProgramValue, to extents: [Int], as name: String
  ) -> ProgramValue {
    guard value.extents != extents else { return value }
    return append(
      "reshape", [("x", .value(value)), ("shape", .integers(extents))], extents: extents,
      type: value.type, as: name)
  }

  func checkRank(_ extents: [Int]) throws(ProgramProblem) {
    guard extents.count <= Self.rankLimit else {
      throw ProgramProblem(
        "a value has \(Self.rankLimit) axes at most, the batch included, found \(extents.count)")
    }
  }
}
