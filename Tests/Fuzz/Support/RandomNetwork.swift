/// ONNX networks of random operators with random attributes and constants, well formed as protobuf
/// and mostly senseless: they reach places behind the decoder that damaged files seldom reach.
struct RandomNetwork {
  var random: FuzzRandom

  /// Operators, how many inputs they usually have, and the attributes they understand.
  private static let operators: [(name: String, inputs: Int, attributes: [String])] = [
    ("Add", 2, []), ("BitShift", 2, ["direction"]), ("BitwiseAnd", 2, []), ("Cast", 1, ["to"]),
    ("AveragePool", 1, window + ["count_include_pad", "kernel_shape"]),
    ("BatchNormalization", 5, ["epsilon", "momentum"]), ("CastLike", 2, []), ("Ceil", 1, []),
    ("Clip", 3, []), ("Concat", 2, ["axis"]), ("ConcatFromSequence", 1, ["axis"]),
    ("Constant", 0, ["value"]), ("ConstantOfShape", 1, ["value"]),
    ("Conv", 2, window + ["group"]), ("DequantizeLinear", 2, ["axis"]), ("Div", 2, []),
    ("Dropout", 1, ["ratio"]), ("Equal", 2, []), ("Expand", 2, []), ("Flatten", 1, ["axis"]),
    ("Floor", 1, []), ("Gather", 2, ["axis"]), ("Gemm", 3, ["alpha", "beta", "transA", "transB"]),
    ("GlobalAveragePool", 1, []), ("GlobalMaxPool", 1, []), ("HardSigmoid", 1, ["alpha", "beta"]),
    ("HardSwish", 1, []), ("Identity", 1, []), ("LRN", 1, ["alpha", "beta", "bias", "size"]),
    ("LeakyRelu", 1, ["alpha"]), ("MatMul", 2, []), ("Max", 2, []),
    ("MaxPool", 1, window + ["kernel_shape"]), ("Min", 2, []), ("Mod", 2, ["fmod"]),
    ("Mul", 2, []), ("Neg", 1, []), ("PRelu", 2, []), ("Pad", 2, ["mode", "pads"]),
    ("Pow", 2, []), ("Range", 3, []), ("ReduceMean", 1, ["axes", "keepdims"]),
    ("ReduceProd", 1, ["axes", "keepdims"]), ("ReduceSum", 2, ["keepdims"]), ("Relu", 1, []),
    ("Reshape", 2, ["allowzero"]), ("SequenceAt", 2, []), ("Shape", 1, ["end", "start"]),
    ("Sigmoid", 1, []), ("Size", 1, []), ("Slice", 5, ["axes", "ends", "starts"]),
    ("Softmax", 1, ["axis"]), ("Split", 1, ["axis", "num_outputs", "split"]),
    ("SplitToSequence", 2, ["axis"]), ("Squeeze", 1, ["axes"]), ("Sub", 2, []), ("Sum", 3, []),
    ("Tile", 2, []), ("Transpose", 1, ["perm"]), ("Unsqueeze", 1, ["axes"]), ("Where", 3, []),
  ]
  private static let window = ["auto_pad", "ceil_mode", "dilations", "pads", "strides"]
  private static let lists: Set<String> = [
    "axes", "dilations", "ends", "kernel_shape", "pads", "perm", "split", "starts", "strides",
  ]
  private static let reals: Set<String> = [
    "alpha", "beta", "bias", "epsilon", "momentum", "ratio",
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
    for index in 0..<(1 + random.below(random.chance(4) ? 12 : 4)) {
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
    let made = random.pick(Self.operators)
    let count = random.chance(10) ? random.below(6) : made.inputs
    for position in 0..<count {
      // The newest value first, so that networks grow deep.
      let isRecent = position == 0 && !random.chance(4)
      node.text(1, random.chance(30) ? "" : isRecent ? names[names.count - 1] : random.pick(names))
    }
    node.text(2, "v\(index)")
    if random.chance(6) { node.text(2, "w\(index)") }
    node.text(4, made.name)
    for name in made.attributes where random.chance(2) {
      let attribute = self.attribute(name)
      node.data(5, attribute)
    }
    if random.chance(40) {
      let attribute = self.attribute(random.pick(Self.operators).attributes.first ?? "any")
      node.data(5, attribute)
    }
    return node.bytes
  }

  private mutating func attribute(_ name: String) -> [UInt8] {
    var attribute = ProtobufWriter()
    attribute.text(1, name)
    switch name {
    case "value":
      let tensor = self.tensor("")
      attribute.data(5, tensor)
    case "auto_pad", "direction", "mode": attribute.text(4, random.pick(Self.texts))
    case "perm": for axis in random.pick(Self.orders) { attribute.varint(8, Int64(axis)) }
    case _ where random.chance(60): attribute.text(4, "?")
    case _ where Self.lists.contains(name):
      let length = random.chance(8) ? random.below(6) : name == "pads" ? 4 : 2
      for _ in 0..<length { attribute.varint(8, integer()) }
    case _ where Self.reals.contains(name): attribute.float(2, Float(random.below(100)) / 10 - 2)
    default: attribute.varint(3, integer())
    }
    return attribute.bytes
  }

  private static let orders = [
    [0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 2, 3], [0, 2, 1], [1, 0], [0, 3, 2, 1],
  ]

  private mutating func integer() -> Int64 {
    switch random.below(12) {
    case 0 where random.chance(3): random.pick([.max, .min, 1 << 31, -1 << 31, 1 << 40, .max - 1])
    case 1 where random.chance(3): Int64(random.below(1 << 20))
    default: Int64(random.below(6)) - 1
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
