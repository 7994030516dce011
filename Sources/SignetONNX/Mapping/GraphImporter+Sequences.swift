import SignetModel

/// Lists of values, which exporters leave behind for `chunk` and `split`.
extension GraphImporter {
  static let sequenceMappings: [String: Mapping] = [
    "SplitToSequence": { importer, context throws(NodeFailure) in
      try importer.splitToSequence(context)
    },
    "SequenceConstruct": { importer, context throws(NodeFailure) in
      let elements = context.inputs.compactMap(\.self)
      for case .sequence in elements {
        throw NodeFailure("inputs", expected: "tensors", found: "a sequence")
      }
      return [.sequence(elements)]
    },
    "SequenceAt": { importer, context throws(NodeFailure) in
      [try importer.sequenceElement(context)]
    },
    "ConcatFromSequence": { importer, context throws(NodeFailure) in
      guard try !context.attributes.flag("new_axis") else {
        throw NodeFailure("new_axis", expected: "0", found: 1)
      }
      let axis = try context.attributes.integer("axis") ?? 1
      let elements = try importer.sequence(context)
      return [.activation(try importer.concatenate(context, elements, axis: axis))]
    },
  ]

  private mutating func splitToSequence(
    _ context: NodeContext
  ) throws(NodeFailure) -> [ImportedValue] {
    let view = try context.activation(0, "input")
    let axis = try Axis.normalized(
      try context.attributes.integer("axis") ?? 0, rank: view.dims.count + 1)
    guard try context.attributes.flag("keepdims", default: true), axis > 0,
      let split = try context.constant(1, "split"), let lengths = split.integers,
      lengths.count <= NodeContext.maximumListLength
    else {
      throw NodeFailure(
        "split", expected: "lengths along an axis behind the batch", found: "others")
    }
    var extents = lengths.map(Int.init)
    if split.dims.isEmpty, let chunk = extents.first {
      let extent = view.dims[axis - 1]
      guard (1...extent).contains(chunk), extent / chunk < NodeContext.maximumListLength else {
        throw NodeFailure(
          "split", expected: "1 to \(extent), at most \(NodeContext.maximumListLength) parts",
          found: chunk)
      }
      extents = stride(from: 0, to: extent, by: chunk).map { min(chunk, extent - $0) }
    }
    let views = try self.split(context, parts: extents.count, extents: extents)
    return [.sequence(views.map { .activation($0) })]
  }

  private func sequence(_ context: NodeContext) throws(NodeFailure) -> [ImportedValue] {
    guard case .sequence(let elements)? = context.input(0) else {
      throw NodeFailure("input_sequence", expected: "a sequence", found: "a tensor")
    }
    return elements
  }

  private func sequenceElement(_ context: NodeContext) throws(NodeFailure) -> ImportedValue {
    let elements = try sequence(context)
    let position = try context.required(1, "position").integers?.first.map(Int.init) ?? 0
    let index = position < 0 ? position &+ elements.count : position
    guard elements.indices.contains(index) else {
      throw NodeFailure("position", expected: "0..<\(elements.count)", found: position)
    }
    return elements[index]
  }
}
