internal import CTorch

/// Height and width. An integer literal stands for a square.
public struct Size2: Hashable, Sendable, ExpressibleByIntegerLiteral {
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  public init(integerLiteral value: Int) {
    self.init(value, value)
  }

  var code: ctorch_size2 { ctorch_size2(height: height, width: width) }
}
