internal import CTorch

extension Tensor {
  public var requiresGrad: Bool { ctorch_requires_grad(handle) }

  /// Makes this tensor a parameter (or no longer one).
  public func setRequiresGrad(_ value: Bool = true) throws(TorchError) {
    try perform("setRequiresGrad", self) { ctorch_set_requires_grad(handle, value) }
  }

  /// The gradient collected by ``backward(seed:retainGraph:)``, or nil where there is none.
  public var grad: Tensor? {
    get throws(TorchError) {
      var grad: OpaquePointer?
      try perform("grad", self) { ctorch_grad(handle, &grad) }
      return grad.map(Tensor.init(owning:))
    }
  }

  /// Forgets the gradient. The next backward pass then hands its result over instead of adding.
  public func clearGrad() throws(TorchError) {
    try setGrad(nil)
  }

  public func setGrad(_ grad: Tensor?) throws(TorchError) {
    try perform("setGrad", (self, grad)) { ctorch_set_grad(handle, grad?.handle) }
  }

  /// Adds the gradient of this scalar (or of Σ seed · self) to every parameter it depends on.
  public func backward(seed: Tensor? = nil, retainGraph: Bool = false) throws(TorchError) {
    try perform("backward", (self, seed)) {
      ctorch_backward(handle, seed?.handle, retainGraph)
    }
  }
}

/// Runs `body` on this thread without recording gradients, and restores the setting afterwards,
/// also when it throws.
public func noGrad<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let gradients = ctorch_set_grad_enabled(false)
  // A cast parameter remembered here would carry no history and be found again by the training
  // pass of the same mixed-precision scope, which would then learn nothing.
  let cache = ctorch_set_autocast_cache(false)
  defer {
    _ = ctorch_set_grad_enabled(gradients)
    _ = ctorch_set_autocast_cache(cache)
  }
  return try body()
}

/// Whether gradients are recorded on this thread.
public func isGradEnabled() -> Bool { ctorch_grad_enabled() }
