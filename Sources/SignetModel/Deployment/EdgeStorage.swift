/// How the layers that are not binary, by default the first and the last, are kept in a file.
public enum EdgeStorage: String, Sendable, Hashable, CaseIterable {
  /// 8-bit codes and a scale per filter; the rest of the model is made small too, see
  /// ``Model/compacted()``.
  case int8
  /// As they were trained.
  case float32
}

extension Model {
  /// The model with its edges kept so.
  ///
  /// - Throws: ``CompactionError``
  public func storingEdges(as storage: EdgeStorage) throws(CompactionError) -> Model {
    switch storage {
    case .int8: try compacted()
    case .float32: self
    }
  }
}
