/// Why a model cannot be made compact.
public enum CompactionError: Error, Hashable, Sendable {
  /// The tensor cannot be rounded to 8 bits or folded.
  case weight(tensor: String, WeightError)
  /// The graph with its batch norms folded is no network.
  case graph(GraphError)
  /// The graph and the compact tensors make no model.
  case model(ModelError)
}

extension CompactionError {
  static func wrapping<Value>(
    _ tensor: String, _ make: () throws(WeightError) -> Value
  ) throws(CompactionError) -> Value {
    do throws(WeightError) {
      return try make()
    } catch {
      throw .weight(tensor: tensor, error)
    }
  }
}
