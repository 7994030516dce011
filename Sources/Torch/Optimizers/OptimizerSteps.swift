internal import CTorch

/// One step of stochastic gradient descent over all parameters at once, exactly PyTorch's:
/// g ← gradient + weightDecay · p; b ← momentum · b + (1 − dampening) · g (at the first step
/// b ← g); p ← p − learningRate · (nesterov ? g + momentum · b : b).
public struct SGDStep: Sendable {
  public var learningRate: Double
  public var momentum: Double
  public var dampening: Double
  public var weightDecay: Double
  public var nesterov: Bool

  public init(
    learningRate: Double, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
    nesterov: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
  }

  /// - Parameters:
  ///   - buffers: one per parameter, of its shape and layout; unused and empty without momentum
  ///   - isFirst: the buffers hold nothing yet
  public func apply(
    to parameters: [Tensor], gradients: [Tensor], buffers: [Tensor], isFirst: Bool
  ) throws(TorchError) {
    let lists = momentum == 0 ? [gradients] : [gradients, buffers]
    try requireEqualCounts("SGD step", parameters, lists)
    let handles = parameters.map(\.handle)
    let slopes = gradients.map(\.handle)
    let state = buffers.map(\.handle)
    let options = ctorch_sgd_options(
      learning_rate: learningRate, momentum: momentum, dampening: dampening,
      weight_decay: weightDecay, nesterov: nesterov, first_step: isFirst)
    try perform("SGD step", (parameters, gradients, buffers)) {
      ctorch_sgd_step(handles, slopes, momentum == 0 ? nil : state, handles.count, options)
    }
  }
}

/// One step of Adam (Kingma and Ba, arXiv 1412.6980) over all parameters at once, exactly
/// PyTorch's. Weight decay is added to the gradient, or with `decoupled` shrinks the parameters
/// by learningRate · weightDecay (AdamW, arXiv 1711.05101).
public struct AdamStep: Sendable {
  public var learningRate: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  public var weightDecay: Double
  public var decoupled: Bool

  public init(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, decoupled: Bool = false
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupled = decoupled
  }

  /// - Parameters:
  ///   - means: running means of the gradients, zero before the first step; shapes and layouts as
  ///     the parameters
  ///   - squares: running means of their squares, likewise
  ///   - step: 1 at the first step
  public func apply(
    to parameters: [Tensor], gradients: [Tensor], means: [Tensor], squares: [Tensor], step: Int
  ) throws(TorchError) {
    try requireEqualCounts("Adam step", parameters, [gradients, means, squares])
    let handles = parameters.map(\.handle)
    let slopes = gradients.map(\.handle)
    let first = means.map(\.handle)
    let second = squares.map(\.handle)
    let options = ctorch_adam_options(
      learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weight_decay: weightDecay, step: step, decoupled: decoupled)
    try perform("Adam step", (parameters, gradients, means, squares)) {
      ctorch_adam_step(handles, slopes, first, second, handles.count, options)
    }
  }
}

/// Scales all gradients in place so that their joint 2-norm is at most `limit`.
/// - Returns: the norm before
@discardableResult
public func clipGradients(_ gradients: [Tensor], norm limit: Double) throws(TorchError) -> Double {
  var norm = 0.0
  let handles = gradients.map(\.handle)
  try perform("clipGradients", gradients) {
    ctorch_clip_gradients(handles, handles.count, limit, &norm)
  }
  return norm
}

private func requireEqualCounts(
  _ operation: String, _ parameters: [Tensor], _ lists: [[Tensor]]
) throws(TorchError) {
  for list in lists where list.count != parameters.count {
    throw TorchError(
      operation: operation,
      message: "\(parameters.count) parameters but \(list.count) gradients or states")
  }
}
