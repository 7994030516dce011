// Attributes that older model files do not have yet take their usual values.

extension Pooling {
  // Not private: the encoding, which is synthesised where the type stands, uses them too.
  enum CodingKeys: String, CodingKey {
    case kernel, stride, padding, ceilMode, countsPadding, dilation
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      kernel: try container.decode(Size2D.self, forKey: .kernel),
      stride: try container.decode(Size2D.self, forKey: .stride),
      padding: try container.decode(Padding2D.self, forKey: .padding),
      ceilMode: try container.decode(Bool.self, forKey: .ceilMode),
      countsPadding: try container.decode(Bool.self, forKey: .countsPadding),
      dilation: try container.decodeIfPresent(Size2D.self, forKey: .dilation) ?? Size2D(1))
  }
}

extension Pad {
  // Not private: the encoding, which is synthesised where the type stands, uses them too.
  enum CodingKeys: String, CodingKey {
    case channelsBefore, channelsAfter, spatial, value, mode
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      channelsBefore: try container.decode(Int.self, forKey: .channelsBefore),
      channelsAfter: try container.decode(Int.self, forKey: .channelsAfter),
      spatial: try container.decode(Padding2D.self, forKey: .spatial),
      value: try container.decode(Float.self, forKey: .value),
      mode: try container.decodeIfPresent(Mode.self, forKey: .mode) ?? .constant)
  }
}
