import Foundation

/// A measured number with its unit, rendered as people read it.
public enum Quantity: Hashable, Sendable {
  /// 0…100, e.g. a top-1 accuracy.
  case percent(Double)
  /// Decimal units (1 MB = 10⁶ bytes), as disks and downloads are counted.
  case bytes(Int)
  case count(Int)
  case milliseconds(Double)
  /// A span of time in seconds.
  case seconds(Double)
  /// How many times one thing is another.
  case ratio(Double)
  /// A relative error or a loss.
  case fraction(Double)
}

extension Quantity: CustomStringConvertible {
  public var description: String {
    switch self {
    case .percent(let value): fixed(value, 2, " %")
    case .bytes(let value): bytes(value)
    case .count(let value): grouped(value)
    case .milliseconds(let value): fixed(value, value < 10 ? 3 : value < 100 ? 2 : 1, " ms")
    case .seconds(let value): span(value)
    case .ratio(let value): fixed(value, value < 10 ? 2 : 1, "×")
    case .fraction(let value): fixed(value, 4)
    }
  }

  /// A dash, without a unit, for what was not measured.
  private func fixed(_ value: Double, _ digits: Int, _ unit: String = "") -> String {
    value.isFinite ? String(format: "%.\(digits)f", value) + unit : "–"
  }

  private func bytes(_ value: Int) -> String {
    var scaled = Double(value)
    for unit in ["bytes", "kB", "MB", "GB"] {
      // 999.95 would be rendered as 1000.0: it belongs to the next unit.
      if abs(scaled) < 999.95 || unit == "GB" {
        return unit == "bytes"
          ? grouped(value) + " bytes" : fixed(scaled, scaled < 99.995 ? 2 : 1, " \(unit)")
      }
      scaled /= 1000
    }
    return grouped(value) + " bytes"
  }

  private func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([Substring(digits)] + groups).joined(separator: ",")
  }

  private func span(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    if seconds < 59.95 { return fixed(seconds, seconds < 10 ? 2 : 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
    return "\(whole / 3600) h \(padded(whole / 60 % 60)) min"
  }

  private func padded(_ value: Int) -> String {
    value < 10 ? "0\(value)" : "\(value)"
  }
}
