import ArgumentParser
import SignetModel

/// Methods named on the command line, in their order, each once.
struct MethodList {
  let list: [ComparedMethod]

  static let methods = ComparedMethod.methods.map { (name: $0.rawValue, method: $0) }

  init(
    parsing text: String, among known: [(name: String, method: ComparedMethod)]
  ) throws(ValidationError) {
    var list: [ComparedMethod] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let method = known.first(where: { $0.name == name })?.method else {
        let names = known.map(\.name)
        let hint =
          closestName(to: String(name), among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError(
          "expected names among \(names.joined(separator: ", ")), found '\(name)'" + hint)
      }
      if !list.contains(method) { list.append(method) }
    }
    self.list = list
  }
}
