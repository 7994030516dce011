import SignetModel

/// Why an architecture cannot be built or given weights.
public enum ZooError: Error, Hashable, Sendable {
  /// No network has this name; `suggestion` is the nearest that one has.
  case unknownArchitecture(name: String, suggestion: String?)
  /// The network does not fit the input or the classes.
  case graph(Architecture, GraphError)
  /// The weights file cannot be read.
  case file(ModelFileError)
  /// The file's tensors are not the network's, or the preprocessing does not fit it.
  case model(Architecture, path: String, ModelError)
  /// A number no trained tensor may hold.
  case value(path: String, tensor: String, index: Int, found: Float)
  /// The file is a model already.
  case isModel(path: String)
}
