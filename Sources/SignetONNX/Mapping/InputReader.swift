import SignetModel

/// One of the graph's inputs.
struct NetworkInput {
  /// C×H×W of an image
  let shape: Shape
  /// How ONNX values read it.
  let view: View
  let port: ModelInterface.Port
  let isChannelsLast: Bool
  /// Whether it has the extents and the type of an image.
  let isImage: Bool
  /// Axes of ``shape`` that the file leaves open.
  let openAxes: [Int]

  var name: String { port.name }

  /// The batch size the file declares, if it is fixed.
  var declaredBatch: Int? {
    if case .fixed(let batch) = port.batch { batch } else { nil }
  }
}

/// Finds the inputs and decides how images fill them.
struct InputReader {
  /// C×H×W, read where the file leaves an extent open.
  let openExtents: Shape?
  /// The same, said in the file's own order.
  let given: InputExtents?
  /// Extents to read the network with where nobody says them, one per symbol of the file.
  var sample: OpenSample?
  /// Names of the inputs whose channels lie innermost, where the file notes that.
  var channelsLast: [String]?
  /// Inputs that nodes read whose operators have the channels in front.
  var channelsFirst: Set<String> = []

  /// - Parameters:
  ///   - input: not a stored tensor
  ///   - isOnly: whether the network has no other
  /// - Throws: what is wrong with the input, naming the option that mends it
  func read(_ input: ProtoValueInfo, isOnly: Bool) throws(ONNXError.Problem) -> NetworkInput {
    let tensor = input.type.tensorType
    let type = ElementType(onnxCode: tensor.elemType)
    guard let type, type.isFloat || type == .uint8 else {
      throw problem(
        input, expected: "a float type or uint8",
        found: type.map { "\($0)" } ?? "element type \(tensor.elemType)")
    }
    let declared = tensor.shape.dim.map { dimension -> Int? in
      guard case .dimValue(let value) = dimension.value, value > 0 else { return nil }
      return Int(value)
    }
    let dims = try extents(declared, input, isOnly: isOnly)
    guard ConstantTensor.elementCount(dims, limit: 1 << 31) != nil else {
      throw problem(input, expected: "an image of at most 2³¹ numbers", found: "\(dims)")
    }
    let isChannelsLast = isChannelsLast(input, dims)
    var view: View
    if isChannelsLast {
      view = View(node: input.name, base: .map(dims[2], dims[0], dims[1]))
      view = view.permuted([1, 2, 0]) ?? view
    } else {
      let vector = View.canonicalShape(dims)
      let shape = vector.isMap ? vector : .map(vector.channels, 1, 1)
      view = View(node: input.name, base: shape, dims: dims)
    }
    view.isInteger = !type.isFloat
    return NetworkInput(
      shape: view.base, view: view,
      port: ModelInterface.Port(
        name: input.name, elementType: type, batch: input.batch, extents: dims),
      isChannelsLast: isChannelsLast,
      isImage: dims.count == 3 && [1, 3].contains(view.base.channels),
      openAxes: openAxes(declared, dims, input, isChannelsLast: isChannelsLast))
  }

  /// Axes of the network's input, in its own order, whose extents come from the sample.
  private func openAxes(
    _ declared: [Int?], _ dims: [Int], _ input: ProtoValueInfo, isChannelsLast: Bool
  ) -> [Int] {
    guard let sample, given == nil || given?.name.map({ $0 != input.name }) == true else {
      return []
    }
    let open = dims.indices.filter {
      declared[$0 + 1] == nil && !sample.isClosed(of: input, axis: $0 + 1)
    }
    if isChannelsLast { return open.map { ($0 + 1) % 3 }.sorted() }
    // One spatial axis lies along the width.
    return dims.count == 2 ? open.map { $0 * 2 } : open
  }

  /// The extents behind the batch, those left open filled in.
  private func extents(
    _ declared: [Int?], _ input: ProtoValueInfo, isOnly: Bool
  ) throws(ONNXError.Problem) -> [Int] {
    if let given, isOnly || given.name == input.name {
      return try extents(declared, input, given)
    }
    guard (1...5).contains(declared.count) else {
      throw problem(
        input, expected: "N×C×H×W, which --input-shape can say",
        found: "\(declared.count) axes")
    }
    let last = declared.last ?? nil
    let isChannelsLast = last == 1 || last == 3
    let fallback = openExtents.map {
      Array(isChannelsLast ? $0.extents.dropFirst() + $0.extents.prefix(1) : $0.extents[...])
    }
    var dims: [Int] = []
    for (axis, extent) in declared.dropFirst().enumerated() {
      let known = extent ?? (declared.count == 4 ? fallback?[axis] : nil)
      guard let extent = known ?? sample?.extent(of: input, axis: axis + 1) else {
        let shape = declared.dropFirst().map { $0.map(String.init) ?? "?" }
        // The usual extents, as an example.
        let example = declared.enumerated().map { axis, extent in
          extent ?? (axis == 0 ? 1 : axis == 1 && !isChannelsLast ? 3 : 224)
        }
        throw problem(
          input,
          expected: "its extents: give them with --input-shape \(input.name.printable):"
            + example.map(String.init).joined(separator: "x"),
          found: "N×\(shape.joined(separator: "×")), which leaves some open")
      }
      dims.append(extent)
    }
    return dims
  }

  private func extents(
    _ declared: [Int?], _ input: ProtoValueInfo, _ given: InputExtents
  ) throws(ONNXError.Problem) -> [Int] {
    guard given.name == nil || given.name == input.name else {
      throw problem(
        input, expected: "--input-shape for this input",
        found: "it for '\(given.name ?? "")'")
    }
    // Without a declared shape the batch is told by the number of axes.
    let rank = declared.isEmpty ? max(given.extents.count, 4) : declared.count
    let dims = given.extents.count == rank ? Array(given.extents.dropFirst()) : given.extents
    let fixed =
      declared.isEmpty ? [Int?](repeating: nil, count: dims.count) : Array(declared.dropFirst())
    guard (0...4).contains(dims.count), dims.count == fixed.count,
      zip(dims, fixed).allSatisfy({ $1 == nil || $0 == $1 })
    else {
      let shape = fixed.map { $0.map(String.init) ?? "?" }.joined(separator: "×")
      throw problem(
        input, expected: "--input-shape to fit N×\(shape)",
        found: given.extents.map(String.init).joined(separator: "×"))
    }
    return dims
  }

  private func problem(
    _ input: ProtoValueInfo, expected: String, found: String
  ) -> ONNXError.Problem {
    ONNXError.Problem(
      .input, node: input.name, operator: "input", attribute: nil, expected: expected, found: found)
  }

  /// Whether images lie with their channels innermost, as TensorFlow exports them.
  private func isChannelsLast(_ input: ProtoValueInfo, _ dims: [Int]) -> Bool {
    guard dims.count == 3 else { return false }
    if let channelsLast { return channelsLast.contains(input.name) }
    return [1, 3].contains(dims[2]) && ![1, 3].contains(dims[0])
      && !channelsFirst.contains(input.name)
  }
}

/// Extents for what a file leaves open: the first symbol has the first number, and so on.
struct OpenSample {
  let numbers: [Int]
  /// What the file calls its open axes, in the order of the inputs.
  let symbols: [String]
  /// Places in ``symbols`` of what the network takes one extent of only.
  let closed: Set<Int>

  init(_ numbers: [Int], of inputs: [ProtoValueInfo], closed: Set<Int> = []) {
    self.numbers = numbers
    self.closed = closed
    var symbols: [String] = []
    for input in inputs {
      for (axis, dimension) in input.type.tensorType.shape.dim.enumerated().dropFirst() {
        let symbol = Self.symbol(dimension, of: input, axis: axis)
        if let symbol, !symbols.contains(symbol) { symbols.append(symbol) }
      }
    }
    self.symbols = symbols
  }

  func extent(of input: ProtoValueInfo, axis: Int) -> Int? {
    place(of: input, axis: axis).map { numbers[$0 % numbers.count] }
  }

  func isClosed(of input: ProtoValueInfo, axis: Int) -> Bool {
    place(of: input, axis: axis).map(closed.contains) ?? false
  }

  private func place(of input: ProtoValueInfo, axis: Int) -> Int? {
    let dimensions = input.type.tensorType.shape.dim
    guard dimensions.indices.contains(axis),
      let symbol = Self.symbol(dimensions[axis], of: input, axis: axis)
    else { return nil }
    return symbols.firstIndex(of: symbol)
  }

  private static func symbol(
    _ dimension: ProtoTensorShape.Dimension, of input: ProtoValueInfo, axis: Int
  ) -> String? {
    // How many channels an image has is no matter of size.
    let dimensions = input.type.tensorType.shape.dim
    if dimensions.count == 4, axis == 1, ![1, 3].contains(dimensions[3].dimValue) { return nil }
    return switch dimension.value {
    case .dimValue(let value) where value > 0: nil
    case .dimParam(let name) where !name.isEmpty: name
    default: "\(input.name).\(axis)"
    }
  }
}

extension ONNXError.Problem: Error {}

extension ProtoValueInfo {
  /// What the file says of the axis that the batch is, usually the first.
  var batch: ModelInterface.Batch { batch(axis: 0) }

  func batch(axis: Int) -> ModelInterface.Batch {
    let dimensions = type.tensorType.shape.dim
    return switch dimensions.indices.contains(axis) ? dimensions[axis].value : nil {
    case .dimValue(let extent) where extent > 0: .fixed(Int(extent))
    case .dimParam(let name) where !name.isEmpty: .free(name: name)
    default: .free(name: nil)
    }
  }
}
