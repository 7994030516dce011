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

  private enum CodingKeys: String, CodingKey {
    case kind = "op"
    case rate
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .convolution: self = .convolution(try Convolution(from: decoder))
    case .linear: self = .linear(try Linear(from: decoder))
    case .batchNorm: self = .batchNorm(try BatchNorm(from: decoder))
    case .relu: self = .relu
    case .maxPool: self = .maxPool(try Pooling(from: decoder))
    case .averagePool: self = .averagePool(try Pooling(from: decoder))
    case .globalAveragePool: self = .globalAveragePool
    case .add: self = .add
    case .concatenate: self = .concatenate
    case .flatten: self = .flatten
    case .dropout: self = .dropout(rate: try container.decode(Float.self, forKey: .rate))
    case .pad: self = .pad(try Pad(from: decoder))
    case .slice: self = .slice(try Slice(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    switch self {
    case .convolution(let attributes): try attributes.encode(to: encoder)
    case .linear(let attributes): try attributes.encode(to: encoder)
    case .batchNorm(let attributes): try attributes.encode(to: encoder)
    case .maxPool(let attributes), .averagePool(let attributes): try attributes.encode(to: encoder)
    case .dropout(let rate): try container.encode(rate, forKey: .rate)
    case .pad(let attributes): try attributes.encode(to: encoder)
    case .slice(let attributes): try attributes.encode(to: encoder)
    case .relu, .globalAveragePool, .add, .concatenate, .flatten: break
    }
  }
}
