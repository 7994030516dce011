/// Anything that maps named tensors to named tensors.
public protocol NamedNetwork: AnyObject {
  /// What must be given.
  var inputs: [GraphInput] { get }

  /// Runs the network.
  ///
  /// - Parameter inputs: one per input, batch first
  /// - Returns: one per output, batch first
  func outputs(_ inputs: [String: DenseTensor]) throws -> [String: DenseTensor]
}
