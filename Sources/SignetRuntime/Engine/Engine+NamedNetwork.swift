import SignetModel

extension Engine: NamedNetwork {
  /// Runs the network, the same as `run`, under the name that all networks have.
  public func outputs(_ inputs: [String: DenseTensor]) throws -> [String: DenseTensor] {
    try run(inputs)
  }
}
