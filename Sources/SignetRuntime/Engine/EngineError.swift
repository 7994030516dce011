/// Why a model cannot be run, or a run cannot be done.
public enum EngineError: Error, Hashable, Sendable {
  /// No kernels go by that name.
  case unknownKernels(name: String, available: [String], suggestion: String?)
  /// The kernels exist, but this processor or build cannot run them.
  case unavailableKernels(name: String, available: [String])
  /// An option is out of range.
  case option(name: String, expected: String, found: Int)
  /// An environment variable does not hold what it should.
  case variable(name: String, expected: String, found: String)
  /// A layer's extents pass what the kernels can count.
  case tooLarge(layer: String, found: String)
  /// A layer's tensor is not in the model.
  case missingTensor(layer: String, tensor: String)
  /// A value is read before it is made; a validated graph has none.
  case missingValue(layer: String)
  /// The operating system has no memory left for activations or weights.
  case memory(purpose: String, bytes: Int)
  /// The model needs more memory than an engine may take. `needed` counts all bytes up to and with
  /// those for `purpose`; `Int.max` stands for what cannot be counted.
  case memoryLimit(purpose: String, needed: Int, allowed: Int)
  /// The operating system starts no more threads.
  case threads(count: Int)
  /// What is handed to a run for `input` has not the elements that `samples` of it need.
  case inputCount(input: String, samples: Int, expected: Int, found: Int)
  /// A run is handed a tensor that the network has no input for.
  case unknownInput(name: String, expected: [String], suggestion: String?)
  /// A run is not handed a tensor for an input.
  case missingInput(name: String)
  /// A tensor handed to a run has other extents than the input.
  case inputExtents(name: String, expected: String, found: String)
}
