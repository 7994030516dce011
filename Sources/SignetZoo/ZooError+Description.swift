import SignetModel

extension ZooError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownArchitecture(let name, let suggestion):
      let known = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
      return "unknown architecture '\(name.printable)'"
        + (suggestion.map { "; did you mean '\($0)'?" } ?? "; known are \(known)")
    case .graph(let architecture, let error):
      return "\(architecture.rawValue): \(error)"
    case .file(let error):
      return "\(error)"
    case .model(let architecture, let path, let error):
      return (path.isEmpty ? "" : "\(path.printablePath) as ")
        + "\(architecture.rawValue): \(error)"
    case .value(let path, let tensor, let index, let found):
      return
        "\(path.printablePath): tensor '\(tensor.printable)', element \(index): expected a finite number, "
        + "found \(found)"
    case .isModel(let path):
      return "\(path.printablePath) is a Signet model already; use it as it is"
    }
  }
}
