extension NodeOperation: Codable {
  /// The operation's name in the model file and in messages.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// As the case of ``NodeOperation`` of the same name.
    case convolution, linear, batchNorm, relu, maxPool, averagePool, globalAveragePool, add
    /// As the case of ``NodeOperation`` of the same name.
    case concatenate, flatten, dropout, pad, slice
    /// As the case of ``NodeOperation`` of the same name.
    case activation, prelu, affine, multiply, localResponseNorm, softmax, reshape, transpose
    /// As the case of ``NodeOperation`` of the same name.
    case logSoftmax, spread, resize, binary, select, reduce, argExtreme, normalize, matrixProduct
    /// As the case of ``NodeOperation`` of the same name.
    case constant, region, selection, gridSample
  }

  /// Which operation it is, without its attributes.
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
    case .activation: .activation
    case .prelu: .prelu
    case .affine: .affine
    case .multiply: .multiply
    case .localResponseNorm: .localResponseNorm
    case .softmax: .softmax
    case .reshape: .reshape
    case .transpose: .transpose
    case .logSoftmax: .logSoftmax
    case .spread: .spread
    case .resize: .resize
    case .binary: .binary
    case .select: .select
    case .reduce: .reduce
    case .argExtreme: .argExtreme
    case .normalize: .normalize
    case .matrixProduct: .matrixProduct
    case .constant: .constant
    case .region: .region
    case .selection: .selection
    case .gridSample: .gridSample
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

  private struct Softmax: Codable {
    let axis: Int
  }

  private struct Spread: Codable {
    let stride: Size2D
  }

  private struct Binary: Codable {
    let function: BinaryFunction
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
    case .activation: self = .activation(try attributes())
    case .prelu: self = .prelu(try attributes())
    case .affine: self = .affine(try attributes())
    case .multiply: self = .multiply
    case .localResponseNorm: self = .localResponseNorm(try attributes())
    case .softmax:
      let softmax: Softmax = try attributes()
      self = .softmax(axis: softmax.axis)
    case .reshape: self = .reshape(try attributes())
    case .transpose: self = .transpose(try attributes())
    case .logSoftmax:
      let softmax: Softmax = try attributes()
      self = .logSoftmax(axis: softmax.axis)
    case .spread:
      let spread: Spread = try attributes()
      self = .spread(spread.stride)
    case .resize: self = .resize(try attributes())
    case .binary:
      let binary: Binary = try attributes()
      self = .binary(binary.function)
    case .select: self = .select
    case .reduce: self = .reduce(try attributes())
    case .argExtreme: self = .argExtreme(try attributes())
    case .normalize: self = .normalize(try attributes())
    case .matrixProduct: self = .matrixProduct(try attributes())
    case .constant: self = .constant(try attributes())
    case .region: self = .region(try attributes())
    case .selection: self = .selection(try attributes())
    case .gridSample: self = .gridSample(try attributes())
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
    case .activation(let function): try container.encode(function, forKey: .attributes)
    case .prelu(let shape), .reshape(let shape), .constant(let shape):
      try container.encode(shape, forKey: .attributes)
    case .affine(let attributes): try container.encode(attributes, forKey: .attributes)
    case .localResponseNorm(let attributes): try container.encode(attributes, forKey: .attributes)
    case .softmax(let axis), .logSoftmax(let axis):
      try container.encode(Softmax(axis: axis), forKey: .attributes)
    case .spread(let stride): try container.encode(Spread(stride: stride), forKey: .attributes)
    case .binary(let function):
      try container.encode(Binary(function: function), forKey: .attributes)
    case .resize(let attributes): try container.encode(attributes, forKey: .attributes)
    case .reduce(let attributes): try container.encode(attributes, forKey: .attributes)
    case .argExtreme(let attributes): try container.encode(attributes, forKey: .attributes)
    case .normalize(let attributes): try container.encode(attributes, forKey: .attributes)
    case .matrixProduct(let attributes): try container.encode(attributes, forKey: .attributes)
    case .region(let attributes): try container.encode(attributes, forKey: .attributes)
    case .selection(let attributes): try container.encode(attributes, forKey: .attributes)
    case .gridSample(let attributes): try container.encode(attributes, forKey: .attributes)
    case .transpose(let attributes): try container.encode(attributes, forKey: .attributes)
    case .relu, .globalAveragePool, .add, .concatenate, .flatten, .multiply, .select: break
    }
  }
}
