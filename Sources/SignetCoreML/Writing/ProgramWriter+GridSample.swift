import SignetModel

extension ProgramWriter {
  mutating func write(
    _ sample: GridSample, _ node: Node, _ inputs: [ProgramValue]
  ) throws(ProgramProblem) -> ProgramValue {
    guard sample.mode != .cubic else {
      throw ProgramProblem("maps are read at places nearest or linear, found cubic")
    }
    // Places in half precision would be off by parts of an element.
    let places = append(
      "cast", [("x", .value(inputs[1])), ("dtype", .text("fp32"))], extents: inputs[1].extents,
      type: .float32, as: "\(node.name)_places")
    return append(
      "resample",
      [
        ("x", .value(inputs[0])), ("coordinates", .value(places)),
        ("sampling_mode", .text(sample.mode == .nearest ? "nearest" : "bilinear")),
        ("padding_mode", .text(sample.paddingMode)), ("padding_value", .number(0)),
        ("coordinates_mode", .text("normalized_minus_one_to_one")),
        ("align_corners", .flag(sample.alignsCorners)),
      ], extents: extents(of: node.name), as: node.name)
  }
}

extension GridSample {
  /// A map is mirrored about the middles of its outermost elements, or about their outer edges.
  fileprivate var paddingMode: String {
    switch padding {
    case .zeros: "constant"
    case .border: "border"
    case .reflection: alignsCorners ? "reflection" : "symmetric"
    }
  }
}
