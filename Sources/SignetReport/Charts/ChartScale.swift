import Foundation

/// Numbers as places along an axis, 0…1.
struct ChartScale: Hashable, Sendable {
  let lower: Double
  let upper: Double
  let isLogarithmic: Bool

  /// Numbers beyond it are drawn at it: their differences must be finite.
  private static let largest = 1e150

  /// An axis that holds all numbers that are finite and, where it is logarithmic, positive.
  ///
  /// - Parameter startsAtZero: for lengths of bars, which mean nothing otherwise
  init(covering values: [Double], startsAtZero: Bool = false, isLogarithmic: Bool = false) {
    self.isLogarithmic = isLogarithmic
    let usable = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
      .map { max(-Self.largest, min(Self.largest, $0)) }
      .map { isLogarithmic ? log10(max($0, 1e-12)) : $0 }
    guard var least = usable.min(), var most = usable.max() else {
      (lower, upper) = (0, 1)
      return
    }
    if startsAtZero, !isLogarithmic { (least, most) = (min(0, least), max(0, most)) }
    if isLogarithmic { (least, most) = (least.rounded(.down), most.rounded(.up)) }
    if most - least <= abs(most) * 1e-9 {
      // A single number stands in the middle, or at the end of its bar.
      let room = most == 0 ? 1 : abs(most) / 2
      if startsAtZero {
        most = max(most, room)
      } else {
        (least, most) = (least - room, most + room)
      }
      if most <= least { most = least + 1 }
    }
    (lower, upper) = (least, most)
  }

  /// - Returns: 0…1; `nil` for what is no number, or not positive on a logarithmic axis
  func position(_ value: Double) -> Double? {
    guard !value.isNaN, !isLogarithmic || value > 0 else { return nil }
    let place = isLogarithmic ? log10(value) : value
    return max(0, min(1, (max(lower, min(upper, place)) - lower) / (upper - lower)))
  }

  /// Round numbers on the axis, about so many.
  func ticks(_ count: Int = 4) -> [Double] {
    if isLogarithmic {
      let step = max(1, ((upper - lower) / Double(count)).rounded(.up))
      return stride(from: lower, through: upper + 1e-9, by: step).map { pow(10, $0) }
    }
    let rough = (upper - lower) / Double(max(1, count))
    let magnitude = pow(10, floor(log10(rough)))
    let step = [1, 2, 2.5, 5, 10].map { $0 * magnitude }.first { $0 >= rough * 0.999 } ?? rough
    guard step > 0, step.isFinite else { return [lower, upper] }
    return stride(from: (lower / step).rounded(.up) * step, through: upper + step * 1e-6, by: step)
      .map { abs($0) < step * 1e-9 ? 0 : $0 }
  }
}

/// Numbers as SVG and its axes write them.
enum ChartNumber {
  /// A place in pixels or percent.
  static func place(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let text = String(format: "%.2f", value)
    guard text.contains(".") else { return text }
    var digits = Substring(text)
    while digits.hasSuffix("0") { digits.removeLast() }
    if digits.hasSuffix(".") { digits.removeLast() }
    return digits == "-0" ? "0" : String(digits)
  }

  static func percent(_ share: Double) -> String { place(100 * share) + "%" }

  /// Beside a tick.
  static func label(_ value: Double) -> String {
    value.isFinite ? String(format: "%.4g", value) : "–"
  }
}
