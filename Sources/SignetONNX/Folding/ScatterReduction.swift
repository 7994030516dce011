import SignetModel

/// What becomes of an element that others are scattered onto.
enum ScatterReduction: String {
  /// The last of those scattered there takes its place.
  case none
  case add, mul, max, min

  init(_ attributes: Attributes) throws(NodeFailure) {
    let name = try attributes.string("reduction") ?? "none"
    guard let reduction = Self(rawValue: name) else {
      throw NodeFailure("reduction", expected: "none, add, mul, max or min", found: name)
    }
    self = reduction
  }

  func callAsFunction(_ old: Float, _ new: Float) -> Float {
    switch self {
    case .none: new
    case .add: old + new
    case .mul: old * new
    case .max: BinaryFunction.maximum(old, new)
    case .min: BinaryFunction.minimum(old, new)
    }
  }

  func callAsFunction(_ old: Int64, _ new: Int64) -> Int64 {
    switch self {
    case .none: new
    case .add: old &+ new
    case .mul: old &* new
    case .max: Swift.max(old, new)
    case .min: Swift.min(old, new)
    }
  }

  /// The reduction of two values of one shape.
  var operation: NodeOperation? {
    switch self {
    case .none: nil
    case .add: .add
    case .mul: .multiply
    case .max: .binary(.maximum)
    case .min: .binary(.minimum)
    }
  }

  /// What changes nothing; `nil` where an element itself does that.
  var neutral: Float? {
    switch self {
    case .add: 0
    case .mul: 1
    case .none, .max, .min: nil
    }
  }
}
