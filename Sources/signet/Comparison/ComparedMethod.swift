/// A row of a comparison, named as its model file.
enum ComparedMethod: String, CaseIterable {
  case float
  case binaryConnect = "binaryconnect"
  case stochasticBinaryConnect = "binaryconnect-stochastic"
  case bwn
  case sqBWN = "sq-bwn"
  /// Hashed, then fine-tuned.
  case bwnh
  /// What follows trains as ``bwnh`` does, from another start.
  case bwnStart = "bwn-start"
  case randomStart = "random-start"

  /// What `--methods` takes.
  static let methods: [ComparedMethod] = [
    .float, .binaryConnect, .stochasticBinaryConnect, .bwn, .sqBWN, .bwnh,
  ]
  /// What `--init` takes, by name.
  static let starts: [(name: String, method: ComparedMethod)] = [
    ("bwnh", .bwnh), ("bwn", .bwnStart), ("random", .randomStart),
  ]
}
