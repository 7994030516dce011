import Foundation
import SignetModel
import SignetReport

extension BinarizationReport {
  /// What is said when a layer is done: the columns line up from one line to the next.
  ///
  /// - Parameter columns: of the terminal; where they do not hold all, names are cut from the left
  ///   and extents and times left out
  static func line(
    for layer: LayerRecord, index: Int, total: Int, columns: Int = .max
  ) -> String {
    let width = String(total).count
    let position = String(index + 1).padded(to: width, .right) + "/\(total)"
    let errors =
      "\(Quantity.fraction(layer.errorBefore)) → \(Quantity.fraction(layer.errorAfter))"
    let changed = "\(Quantity.percent(100 * (layer.changedCodes ?? .nan)))".padded(to: 8, .right)
    let time = layer.seconds.map { "  \(Quantity.seconds($0))" } ?? ""
    let alone = layer.sensitivity.map { "alone: \($0.text)" }
    let extent = "\(layer.patchLength)×\(layer.filters)".padded(to: 9, .right)
    let name = layer.name.printable
    let wide =
      "\(position)  \(name.padded(to: 24, .left))  \(extent)  error \(errors)  "
      + "\(changed) of codes changed" + time + (alone.map { "  " + $0 } ?? "")
    guard wide.count > columns else { return wide }
    let rest = "  \(errors)  \(changed)"
    let room = max(8, columns - position.count - 2 - rest.count)
    return "\(position)  \(name.cut(to: room).padded(to: room, .left))" + rest
      + (alone.map { "\n  " + $0 } ?? "")
  }
}

extension BinarizationReport.Choice {
  /// What is said once the choice is made: the columns line up from one line to the next.
  ///
  /// - Parameter columns: of the terminal; where they do not hold all, reasons go on below
  func line(columns: Int = .max) -> String {
    let codes =
      bits.map { "\(($0 * 100).rounded() / 100) bits" }
      ?? (self.codes == 0 ? "8 bits" : "\(self.codes) code" + (self.codes == 1 ? " " : "s"))
    let name = self.name.printable
    let wide = "\(name.padded(to: 24, .left))  \(codes.padded(to: 9, .left))  \(reason)"
    guard wide.count > columns else { return wide }
    var lines = ["\(name.cut(to: max(8, columns - 9)))  \(codes)"]
    var last = ""
    for part in reason.components(separatedBy: "; ") {
      let joined = last.isEmpty ? part : last + "; " + part
      if joined.count + 2 > columns, !last.isEmpty {
        lines.append("  " + last + ";")
        last = part
      } else {
        last = joined
      }
    }
    return (lines + ["  " + last]).joined(separator: "\n")
  }
}

extension String {
  /// The end of a name, which tells layers apart.
  fileprivate func cut(to width: Int) -> String {
    count > width ? "…" + suffix(max(0, width - 1)) : self
  }
}
