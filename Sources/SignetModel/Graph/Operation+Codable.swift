extension Operation: Codable {
  /// The operation's name in the model file and in messages.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case convolution, linear, batchNorm, relu, maxPool, averagePool, globalAveragePool, add
    case concatenate, flatten, dropout, pad, slice
  }

  public var kind: Kind {
    switch self {
    case .convolution: .convolution
    case .linear: .linear
    case .batchNorm: .batchNorm
    case .relu: .relu
    case .maxPool: .maxPool
    case .averagePool: .averagePool
    case .globalAveragePool: .globalAveragePool
    case .add: .add
    case .concatenate: .concatenate
    case .flatten: .flatten
    case .dropout: .dropout
    case .pad: .pad
    case .slice: .slice
    }
  }

  // Attributes stand in an object of their own: their names may be those of a node's keys.
  private enum CodingKeys: String, CodingKey {
    case kind = "op"
    case attributes
  }

  private struct Dropout: Codable {
    let rate: Float
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func attributes<Attributes: Decodable>() throws -> Attributes {
      try container.decode(Attributes.self, forKey: .attributes)
    }
    switch try container.decode(Kind.self, forKey: .kind) {
    case .convolution: self = .convolution(try attributes())
    case .linear: self = .linear(try attributes())
    case .batchNorm: self = .batchNorm(try attributes())
    case .relu: self = .relu
    case .maxPool: self = .maxPool(try attributes())
    case .averagePool: self = .averagePool(try attributes())
    case .globalAveragePool: self = .globalAveragePool
    case .add: self = .add
    case .concatenate: self = .concatenate
    case .flatten: self = .flatten
    case .dropout:
      let dropout: Dropout = try attributes()
      self = .dropout(rate: dropout.rate)
    case .pad: self = .pad(try attributes())
    case .slice: self = .slice(try attributes())
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    switch self {
    case .convolution(let attributes): try container.encode(attributes, forKey: .attributes)
    case .linear(let attributes): try container.encode(attributes, forKey: .attributes)
    case .batchNorm(let attributes): try container.encode(attributes, forKey: .attributes)
    case .maxPool(let attributes), .averagePool(let attributes):
      try container.encode(attributes, forKey: .attributes)
    case .dropout(let rate): try container.encode(Dropout(rate: rate), forKey: .attributes)
    case .pad(let attributes): try container.encode(attributes, forKey: .attributes)
    case .slice(let attributes): try container.encode(attributes, forKey: .attributes)
    case .relu, .globalAveragePool, .add, .concatenate, .flatten: break
    }
  }
}
