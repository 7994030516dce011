import SignetModel

/// The graph's one image input.
struct ImageInput {
  let name: String
  /// C×H×W
  let shape: Shape
  /// How ONNX values read it.
  let view: View
  /// The batch size the file declares, if it is fixed.
  let batch: Int?
}

/// Finds the input and decides how an image fills it.
struct InputReader {
  let file: String
  /// C×H×W, read where the file leaves an extent open.
  let openExtents: Shape?

  func read(_ inputs: [ProtoValueInfo]) throws(ONNXError) -> ImageInput {
    guard inputs.count == 1, let input = inputs.first else {
      throw .interface(
        file: file, expected: "one input that is not an initializer",
        found: inputs.isEmpty ? "none" : "\(inputs.prefix(20).map(\.name))")
    }
    let type = ElementType(rawValue: input.type.tensorType.elemType)
    guard let type, type.isFloat else {
      throw .interface(
        file: file, expected: "an input '\(input.name)' of a float type",
        found: type.map { "\($0)" } ?? "element type \(input.type.tensorType.elemType)")
    }
    let declared = input.type.tensorType.shape.dim.map { dimension -> Int? in
      guard case .dimValue(let value) = dimension.value, value > 0 else { return nil }
      return Int(value)
    }
    let dims = try extents(declared, input.name)
    let batch = declared.first ?? nil
    guard ConstantTensor.elementCount(dims, limit: 1 << 31) != nil else {
      throw .interface(file: file, expected: "an image of reasonable size", found: "\(dims)")
    }
    if Self.isChannelsLast(dims) {
      let shape = Shape.map(dims[2], dims[0], dims[1])
      let view = View(node: Graph.inputName, base: shape)
      return ImageInput(
        name: input.name, shape: shape, view: view.permuted([1, 2, 0]) ?? view, batch: batch)
    }
    let vector = View.canonicalShape(dims)
    let shape = vector.isMap ? vector : .map(vector.channels, 1, 1)
    let view = View(node: Graph.inputName, base: shape, dims: dims)
    return ImageInput(name: input.name, shape: shape, view: view, batch: batch)
  }

  /// The extents behind the batch, those left open filled in.
  private func extents(_ declared: [Int?], _ name: String) throws(ONNXError) -> [Int] {
    guard (1...5).contains(declared.count) else {
      throw .interface(
        file: file, expected: "an input '\(name)' of N×C×H×W", found: "\(declared.count) axes")
    }
    let last = declared.last ?? nil
    let isChannelsLast = last == 1 || last == 3
    let given = openExtents.map {
      isChannelsLast ? $0.extents.dropFirst() + $0.extents.prefix(1) : $0.extents[...]
    }
    var dims: [Int] = []
    for (axis, extent) in declared.dropFirst().enumerated() {
      let fallback = declared.count == 4 ? given.map { Array($0)[axis] } : nil
      guard let extent = extent ?? fallback else {
        throw .interface(
          file: file, expected: "an input shape C×H×W for '\(name)'",
          found: "an extent that is left open")
      }
      dims.append(extent)
    }
    return dims
  }

  /// Whether images lie with their channels innermost, as TensorFlow exports them.
  private static func isChannelsLast(_ dims: [Int]) -> Bool {
    dims.count == 3 && [1, 3].contains(dims[2]) && ![1, 3].contains(dims[0])
  }
}
