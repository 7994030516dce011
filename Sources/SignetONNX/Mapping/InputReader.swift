import SignetModel

/// The graph's one image input.
struct ImageInput {
  /// C×H×W
  let shape: Shape
  /// How ONNX values read it.
  let view: View
  let port: ModelInterface.Port
  let isChannelsLast: Bool

  var name: String { port.name }

  /// The batch size the file declares, if it is fixed.
  var declaredBatch: Int? {
    if case .fixed(let batch) = port.batch { batch } else { nil }
  }
}

/// Finds the input and decides how an image fills it.
struct InputReader {
  /// C×H×W, read where the file leaves an extent open.
  let openExtents: Shape?
  /// The same, said in the file's own order.
  let given: InputExtents?

  /// - Throws: what is wrong with the input, naming the option that mends it
  func read(_ inputs: [ProtoValueInfo]) throws(ONNXError.Problem) -> ImageInput {
    guard inputs.count == 1, let input = inputs.first else {
      throw ONNXError.Problem(
        .input, node: inputs.prefix(20).map(\.name).joined(separator: "', '"),
        operator: inputs.isEmpty ? "input" : "inputs", attribute: nil,
        expected: "one input that is not a stored tensor",
        found: inputs.isEmpty ? "none" : "\(inputs.count)")
    }
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
    let dims = try extents(declared, input)
    guard ConstantTensor.elementCount(dims, limit: 1 << 31) != nil else {
      throw problem(input, expected: "an image of at most 2³¹ numbers", found: "\(dims)")
    }
    let isChannelsLast = Self.isChannelsLast(dims)
    var view: View
    if isChannelsLast {
      view = View(node: Graph.inputName, base: .map(dims[2], dims[0], dims[1]))
      view = view.permuted([1, 2, 0]) ?? view
    } else {
      let vector = View.canonicalShape(dims)
      let shape = vector.isMap ? vector : .map(vector.channels, 1, 1)
      view = View(node: Graph.inputName, base: shape, dims: dims)
    }
    view.isInteger = !type.isFloat
    return ImageInput(
      shape: view.base, view: view,
      port: ModelInterface.Port(
        name: input.name, elementType: type, batch: input.batch, extents: dims),
      isChannelsLast: isChannelsLast)
  }

  /// The extents behind the batch, those left open filled in.
  private func extents(
    _ declared: [Int?], _ input: ProtoValueInfo
  ) throws(ONNXError.Problem) -> [Int] {
    if let given { return try extents(declared, input, given) }
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
      guard let extent = extent ?? (declared.count == 4 ? fallback?[axis] : nil) else {
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
  private static func isChannelsLast(_ dims: [Int]) -> Bool {
    dims.count == 3 && [1, 3].contains(dims[2]) && ![1, 3].contains(dims[0])
  }
}

extension ONNXError.Problem: Error {}

extension ProtoValueInfo {
  /// What the file says of the first axis.
  var batch: ModelInterface.Batch {
    switch type.tensorType.shape.dim.first?.value {
    case .dimValue(let extent) where extent > 0: .fixed(Int(extent))
    case .dimParam(let name) where !name.isEmpty: .free(name: name)
    default: .free(name: nil)
    }
  }
}
