import SignetModel

extension Engine: NamedNetwork {
  public func outputs(_ inputs: [String: DenseTensor]) throws -> [String: DenseTensor] {
    try run(inputs)
  }
}
