/// Why a model cannot be made compact.
public enum CompactionError: Error, Hashable, Sendable {
  case weight(tensor: String, WeightError)
  case graph(GraphError)
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
