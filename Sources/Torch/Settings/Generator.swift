internal import CTorch

/// A source of random numbers with a state that can be kept and restored.
// Unchecked: the handle never changes and libtorch locks the generator while drawing.
public final class Generator: @unchecked Sendable {
  let handle: OpaquePointer

  /// A generator of its own; equal seeds give equal numbers.
  public init(seed: UInt64) throws(TorchError) {
    guard let handle = ctorch_generator_new(seed) else { throw .latest("generator") }
    self.handle = handle
  }

  private init(owning handle: OpaquePointer) {
    self.handle = handle
  }

  deinit {
    ctorch_generator_free(handle)
  }

  /// The process's own generator, which dropout draws from.
  public static var process: Generator {
    get throws(TorchError) {
      guard let handle = ctorch_generator_default() else { throw .latest("generator") }
      return Generator(owning: handle)
    }
  }

  /// Starts again from a seed.
  public func seed(_ seed: UInt64) throws(TorchError) {
    try perform("seed", self) { ctorch_generator_seed(handle, seed) }
  }

  /// Everything the next numbers depend on.
  public func state() throws(TorchError) -> [UInt8] {
    try call("generator state", self) { ctorch_generator_get_state(handle) }.toBytes()
  }

  /// Goes on from a state given by ``state()``.
  public func restore(_ state: [UInt8]) throws(TorchError) {
    let tensor = try Tensor(state, shape: [state.count])
    try perform("generator state", (self, tensor)) {
      ctorch_generator_set_state(handle, tensor.handle)
    }
  }
}

/// Seeds the process's own generator.
public func manualSeed(_ seed: UInt64) throws(TorchError) {
  try Generator.process.seed(seed)
}
