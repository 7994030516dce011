import SignetModel
import SignetReport

extension BinarizationReport {
  /// How near one of several outputs is to the float network's, in percent.
  struct Output: Encodable, Hashable, Sendable {
    var name: String
    /// `nil` where the output belongs to no classes.
    var agreement: Double?
    /// `nil` where it is no number.
    var fidelity: Double?
    /// The same of sign and mean magnitude in the same layers.
    var agreementOfSigns: Double?
    var fidelityOfSigns: Double?

    /// - Parameter results: as a model file keeps them, the output's name behind a colon
    init(name: String, results: [String: Double]) {
      self.name = name
      agreement = results["agreement:\(name)"]
      fidelity = results["fidelity:\(name)"]
      agreementOfSigns = results["agreementOfSigns:\(name)"]
      fidelityOfSigns = results["fidelityOfSigns:\(name)"]
    }

    /// A line per output, in columns.
    static func lines(_ outputs: [Output]) -> [String] {
      let known = outputs.filter { $0.agreement ?? $0.fidelity != nil }
      let width = known.map(\.name.printable.count).max() ?? 0
      return known.map { output in
        let own = [
          output.agreement.map { "agreement \(Quantity.percent($0))" },
          output.fidelity.map { "fidelity \(Quantity.percent($0))" },
        ].compactMap { $0 }.joined(separator: ", ")
        let signs = (output.agreement == nil ? output.fidelityOfSigns : output.agreementOfSigns)
          .map { "; signs alone \(Quantity.percent($0))" }
        return "  \(output.name.printable.padded(to: width, .left))  \(own)" + (signs ?? "")
      }
    }
  }

  /// A layer that was left in float.
  struct Kept: Encodable, Hashable, Sendable {
    var name: String
    /// Why, in words.
    var reason: String

    /// Named per reason, at most.
    private static let named = 4

    /// A line per reason, in the order in which they first occur.
    static func lines(_ kept: [Kept]) -> [String] {
      var reasons: [String] = []
      for layer in kept where !reasons.contains(layer.reason) { reasons.append(layer.reason) }
      let lines = reasons.map { reason in
        let names = kept.filter { $0.reason == reason }.map(\.name.printable)
        let rest = names.count - named
        return "  \(reason.printable): \(names.prefix(named).joined(separator: ", "))"
          + (rest > 0 ? " and \(rest) more" : "")
      }
      return lines.isEmpty ? [] : ["kept in float"] + lines
    }
  }
}
