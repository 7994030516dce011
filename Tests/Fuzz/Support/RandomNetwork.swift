/// ONNX networks of random operators with random attributes and constants, well formed as protobuf
/// and mostly senseless: they reach places behind the decoder that damaged files seldom reach.
struct RandomNetwork {
  var random: FuzzRandom

  private static let operators = [
    "Add", "AveragePool", "BatchNormalization", "BitShift", "BitwiseAnd", "Cast", "CastLike",
    "Ceil", "Clip", "Concat", "ConcatFromSequence", "Constant", "ConstantOfShape", "Conv",
    "DequantizeLinear", "Div", "Dropout", "Equal", "Expand", "Flatten", "Floor", "Gather", "Gemm",
    "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity", "LRN",
    "LeakyRelu", "MatMul", "Max", "MaxPool", "Min", "Mod", "Mul", "Neg", "PRelu", "Pad", "Pow",
    "Range", "ReduceMean", "ReduceProd", "ReduceSum", "Relu", "Reshape", "SequenceAt", "Shape",
    "Sigmoid", "Size", "Slice", "Softmax", "Split", "SplitToSequence", "Squeeze", "Sub", "Sum",
    "Tile", "Transpose", "Unsqueeze", "Where",
  ]
  private static let attributes = [
    "alpha", "allowzero", "auto_pad", "axes", "axis", "beta", "bias", "ceil_mode",
    "count_include_pad", "dilations", "direction", "end", "ends", "epsilon", "fmod", "group",
    "keepdims", "kernel_shape", "max", "min", "mode", "momentum", "num_outputs", "pads", "perm",
    "ratio", "shape", "size", "split", "start", "starts", "strides", "to", "transA", "transB",
    "value", "value_float", "value_ints",
  ]
  private static let texts = [
    "SAME_UPPER", "SAME_LOWER", "VALID", "LEFT", "RIGHT", "constant", "edge", "reflect", "wrap",
  ]

  mutating func bytes() -> [UInt8] {
    var names = ["image"]
    var graph = ProtobufWriter()
    for index in 0..<(2 + random.below(8)) {
      let name = "c\(index)"
      let tensor = self.tensor(name)
      graph.data(5, tensor)
      names.append(name)
    }
    for index in 0..<(1 + random.below(12)) {
      let node = self.node(index, names)
      graph.data(1, node)
      names.append("v\(index)")
    }
    let extents = random.chance(3) ? [2, 3, 5, 4] : [0, 3, 6, 6]
    graph.message(11) { input in
      input.text(1, "image")
      input.message(2) { type in
        type.message(1) { tensor in
          tensor.varint(1, 1)
          tensor.message(2) { shape in
            for extent in extents { shape.message(1) { $0.varint(1, Int64(extent)) } }
          }
        }
      }
    }
    let output = names[names.count - 1]
    graph.message(12) { $0.text(1, output) }
    var model = ProtobufWriter()
    model.varint(1, 8)
    model.data(7, graph.bytes)
    let version = Int64(7 + random.below(22))
    model.message(8) { $0.varint(2, version) }
    return model.bytes
  }

  private mutating func node(_ index: Int, _ names: [String]) -> [UInt8] {
    var node = ProtobufWriter()
    for position in 0..<(random.below(4) + (random.chance(2) ? 1 : 0)) {
      // The newest value first, so that networks grow deep.
      let isRecent = position == 0 && !random.chance(3)
      node.text(1, random.chance(30) ? "" : isRecent ? names[names.count - 1] : random.pick(names))
    }
    node.text(2, "v\(index)")
    if random.chance(4) { node.text(2, "w\(index)") }
    node.text(4, random.pick(Self.operators))
    for _ in 0..<random.below(4) {
      let attribute = self.attribute()
      node.data(5, attribute)
    }
    return node.bytes
  }

  private mutating func attribute() -> [UInt8] {
    var attribute = ProtobufWriter()
    attribute.text(1, random.pick(Self.attributes))
    switch random.below(6) {
    case 0: attribute.float(2, Float(random.below(100)) / 10 - 5)
    case 1: attribute.varint(3, integer())
    case 2: attribute.text(4, random.pick(Self.texts))
    case 3:
      let tensor = self.tensor("")
      attribute.data(5, tensor)
    default: for _ in 0..<random.below(6) { attribute.varint(8, integer()) }
    }
    return attribute.bytes
  }

  private mutating func integer() -> Int64 {
    switch random.below(12) {
    case 0: random.pick([.max, .min, 1 << 31, -1 << 31, 1 << 40, .max - 1])
    case 1: Int64(random.below(1 << 20))
    default: Int64(random.below(9)) - 2
    }
  }

  private mutating func tensor(_ name: String) -> [UInt8] {
    var tensor = ProtobufWriter()
    let isFloat = random.chance(2)
    var dims = (0..<random.below(5)).map { _ in [1, 1, 2, 3, 3, 4, 6][random.below(7)] }
    if isFloat, random.chance(2) { dims = random.pick([[3, 3, 3, 3], [3], [6, 3, 1, 1], [1]]) }
    let count = dims.reduce(1, *) + (random.chance(60) ? 1 : 0)
    if random.chance(60) { dims.append(Int(truncatingIfNeeded: integer())) }
    for extent in dims { tensor.varint(1, Int64(extent)) }
    tensor.varint(2, isFloat ? 1 : random.chance(8) ? Int64(random.below(20)) : 7)
    tensor.text(8, name)
    if isFloat {
      for _ in 0..<count { tensor.float(4, Float(random.below(200)) / 100 - 1) }
    } else {
      for _ in 0..<count { tensor.varint(7, integer()) }
    }
    return tensor.bytes
  }
}
