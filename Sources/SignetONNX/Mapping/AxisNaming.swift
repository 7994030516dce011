/// How an operator says which axes it works on.
enum AxisNaming {
  /// It works on each element.
  case none
  /// By `axis`; older operator sets have other defaults.
  case attribute(default: Int, older: Int? = nil)
  /// By `axes`, or by the input that newer operator sets have for them.
  case list(input: Int)
  /// It works along the last axis, or the last two of two computed values.
  case last

  /// Of operators that leave the batch where it is.
  static let byOperator: [String: AxisNaming] = {
    var all: [String: AxisNaming] = [:]
    for name in GraphImporter.activationMappings.keys { all[name] = AxisNaming.none }
    for name in GraphImporter.elementaryMappings.keys { all[name] = AxisNaming.none }
    for name in GraphImporter.arithmeticMappings.keys { all[name] = AxisNaming.none }
    for name in GraphImporter.binaryMappings.keys { all[name] = AxisNaming.none }
    for name in ["Cast", "Dropout"] { all[name] = AxisNaming.none }
    for name in ["Softmax", "LogSoftmax"] { all[name] = .attribute(default: -1, older: 1) }
    for name in ["Split", "ArgMax", "ArgMin", "GatherElements"] {
      all[name] = .attribute(default: 0)
    }
    for name in ["LayerNormalization", "LpNormalization", "TopK"] {
      all[name] = .attribute(default: -1)
    }
    all["Concat"] = .attribute(default: 1)
    all["Slice"] = .list(input: 3)
    for name in GraphImporter.reductionMappings.keys where name.hasPrefix("Reduce") {
      all[name] = .list(input: 1)
    }
    all["ReduceMean"] = .list(input: 1)
    all["CumSum"] = .list(input: 1)
    all["MatMul"] = .last
    return all
  }()
}
