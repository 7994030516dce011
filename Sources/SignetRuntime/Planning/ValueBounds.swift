/// What a step's results are held within; what is not a number stays.
struct ValueBounds: Hashable, Sendable {
  var low: Float
  var high: Float

  static let none = ValueBounds(low: -.infinity, high: .infinity)
  static let relu = ValueBounds(low: 0, high: .infinity)
}
