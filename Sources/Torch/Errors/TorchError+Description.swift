extension TorchError: CustomStringConvertible {
  public var description: String { "\(operation): \(message)" }
}
