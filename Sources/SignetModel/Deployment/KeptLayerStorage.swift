/// How the layers that are not binary, by default the first and the last, are kept in a file.
public enum KeptLayerStorage: String, Sendable, Hashable, CaseIterable {
  /// 8-bit codes and a scale per filter; the rest of the model is made small too, see
  /// ``Model/compacted()``.
  case int8
  /// As they were trained.
  case float32
}

extension Model {
  /// The model with its kept layers stored so.
  ///
  /// - Throws: ``CompactionError``
  public func storingKeptLayers(as storage: KeptLayerStorage) throws(CompactionError) -> Model {
    switch storage {
    case .int8: try compacted()
    case .float32: self
    }
  }
}
