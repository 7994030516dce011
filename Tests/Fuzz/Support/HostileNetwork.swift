/// ONNX networks that are well formed and ask for more than they hold: chains and nests without
/// end, extents that multiply, one tensor for a thousand layers, one file for a thousand tensors.
struct HostileNetwork {
  var random: FuzzRandom

  private var graph = ProtobufWriter()
  private var functions: [[UInt8]] = []
  private var output = "image"

  init(random: FuzzRandom) {
    self.random = random
  }

  mutating func bytes() -> [UInt8] {
    switch random.below(7) {
    case 0: chain()
    case 1: sequences()
    case 2: nestedFunctions()
    case 3: repeatedFunction()
    case 4: extents()
    case 5: sharedWeight()
    default: externalTensors()
    }
    return model()
  }

  /// Mostly short, now and then long.
  private mutating func length() -> Int {
    random.below(random.chance(50) ? 20_000 : 200) + 1
  }

  private static func node(
    _ kind: String, _ inputs: [String], _ outputs: [String], domain: String = "",
    _ attributes: [[UInt8]] = []
  ) -> [UInt8] {
    var node = ProtobufWriter()
    for input in inputs { node.text(1, input) }
    for output in outputs { node.text(2, output) }
    node.text(4, kind)
    for attribute in attributes { node.data(5, attribute) }
    node.text(7, domain)
    return node.bytes
  }

  private mutating func append(_ kind: String, _ inputs: [String], domain: String = "") {
    output = "v\(graph.bytes.count)"
    graph.data(1, Self.node(kind, inputs, [output], domain: domain))
  }

  private mutating func chain() {
    let kinds = [
      "Relu", "Dropout", "Identity", "Concat", "Add", "Flatten", "Unsqueeze", "Transpose", "Shape",
    ]
    let kind = random.pick(kinds)
    for _ in 0..<length() {
      let isMixed = random.chance(20)
      append(
        isMixed ? random.pick(kinds) : kind,
        kind == "Concat" || kind == "Add"
          ? [output, random.chance(2) ? output : "image"] : [output])
    }
  }

  private mutating func sequences() {
    for _ in 0..<length() {
      append(
        random.chance(30) ? "SequenceAt" : "SequenceConstruct",
        random.chance(10) ? [output, output] : [output])
    }
  }

  private mutating func nestedFunctions() {
    let depth = random.below(24) + 1
    let width = random.below(12) + 1
    for level in 0..<depth {
      var function = ProtobufWriter()
      function.text(1, "F\(level)")
      function.text(4, "x")
      function.text(5, "y\(width - 1)")
      for index in 0..<width {
        // The innermost now and then calls the outermost.
        let kind =
          level > 0 ? "F\(level - 1)" : random.chance(20) ? "F\(depth - 1)" : "Relu"
        function.data(
          7,
          Self.node(
            kind, [index == 0 ? "x" : "y\(index - 1)"], ["y\(index)"],
            domain: kind == "Relu" ? "" : "own"))
      }
      function.text(10, "own")
      functions.append(function.bytes)
    }
    append("F\(depth - 1)", [output], domain: "own")
  }

  private mutating func repeatedFunction() {
    var function = ProtobufWriter()
    function.text(1, "F")
    function.text(4, "x")
    function.text(5, "y")
    var value = ProtobufWriter()
    value.text(1, "value")
    value.data(5, tensor("", [3, 3, 8, 8], stored: true))
    function.data(7, Self.node("Constant", [], ["w"], [value.bytes]))
    function.data(7, Self.node("Conv", ["x", "w"], ["y"]))
    function.text(10, "own")
    functions.append(function.bytes)
    for _ in 0..<length() { append("F", [output], domain: "own") }
  }

  /// A float tensor, with its elements or without.
  private func tensor(_ name: String, _ dims: [Int], stored: Bool) -> [UInt8] {
    var tensor = ProtobufWriter()
    for extent in dims { tensor.varint(1, Int64(extent)) }
    tensor.varint(2, 1)
    tensor.text(8, name)
    if stored { tensor.data(9, [UInt8](repeating: 0, count: 4 * dims.reduce(1, *))) }
    return tensor.bytes
  }

  private mutating func integers(_ name: String, _ values: [Int64], isScalar: Bool = false) {
    var tensor = ProtobufWriter()
    if !isScalar { tensor.varint(1, Int64(values.count)) }
    tensor.varint(2, 7)
    for value in values { tensor.varint(7, value) }
    tensor.text(8, name)
    graph.data(5, tensor.bytes)
  }

  private mutating func extent() -> Int64 {
    random.pick([0, 1, 2, 7, 1 << 10, 1 << 20, 1 << 24, 1 << 31, 1 << 40, .max, -1])
  }

  private mutating func extents() {
    let rank = random.below(4) + 1
    integers("dims", (0..<rank).map { _ in extent() })
    for name in ["start", "limit", "delta"] { integers(name, [extent()], isScalar: true) }
    let dims = (0..<rank).map { _ in Int(truncatingIfNeeded: min(max(extent(), 0), 1 << 31)) }
    graph.data(5, tensor("empty", dims, stored: false))
    append("ConstantOfShape", ["dims"])
    let zeros = output
    for _ in 0..<(random.below(random.chance(10) ? 2_000 : 20)) {
      let source = random.pick([zeros, output, "empty", "dims"])
      switch random.below(8) {
      case 0: append("Range", ["start", "limit", "delta"])
      case 1: append("Tile", [source, "dims"])
      case 2: append("Expand", [source, "dims"])
      case 3: append(random.pick(["ReduceSum", "ReduceProd", "ReduceMean", "ReduceMax"]), [source])
      case 4: append(random.pick(["Gemm", "MatMul", "Add", "Mul", "Div"]), [source, zeros])
      case 5: append(random.pick(["Softmax", "Transpose", "Split", "Size"]), [source])
      case 6: append("Pad", [source, "dims"])
      default: append("Reshape", [source, "dims"])
      }
    }
    append("Relu", ["image"])
  }

  private mutating func sharedWeight() {
    integers("shape", [3, 3, Int64(random.below(8) + 1), Int64(random.below(512) + 1)])
    append("ConstantOfShape", ["shape"])
    let weight = output
    output = "image"
    for _ in 0..<length() {
      append(random.pick(["Conv", "Add", "PRelu", "Gemm", "MatMul"]), [output, weight])
    }
  }

  private mutating func externalTensors() {
    let count = length()
    for index in 0..<count {
      var tensor = ProtobufWriter()
      tensor.varint(1, Int64(random.below(1 << 24)))
      tensor.varint(2, 1)
      tensor.text(8, "w\(index)")
      tensor.message(13) { entry in
        entry.text(1, "location")
        entry.text(2, "weights.bin")
      }
      tensor.varint(14, 1)
      graph.data(5, tensor.bytes)
    }
    for index in 0..<random.below(count) { append("Add", [output, "w\(index)"]) }
    append("Relu", ["image"])
  }

  private mutating func model() -> [UInt8] {
    let side = random.pick([1, 8, 64]) as Int64
    graph.message(11) { input in
      input.text(1, "image")
      input.message(2) { type in
        type.message(1) { tensor in
          tensor.varint(1, 1)
          tensor.message(2) { shape in
            for extent in [1, 3, side, side] { shape.message(1) { $0.varint(1, extent) } }
          }
        }
      }
    }
    graph.message(12) { $0.text(1, output) }
    var model = ProtobufWriter()
    model.varint(1, 8)
    model.data(7, graph.bytes)
    model.message(8) { $0.varint(2, 17) }
    for function in functions { model.data(25, function) }
    return model.bytes
  }
}
