internal import CTorch

extension Tensor {
  /// self: N × I × H × W, weight: O × I/groups × kH × kW, bias: O → N × O × H' × W'
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Size2 = 1, padding: Size2 = 0,
    dilation: Size2 = 1, groups: Int = 1
  ) throws(TorchError) -> Tensor {
    try call("conv2d", (self, weight, bias)) {
      ctorch_conv2d(
        handle, weight.handle, bias?.handle, stride.code, padding.code, dilation.code, groups)
    }
  }

  /// self: … × I, weight: O × I, bias: O → … × O
  public func linear(_ weight: Tensor, bias: Tensor? = nil) throws(TorchError) -> Tensor {
    try call("linear", (self, weight, bias)) {
      ctorch_linear(handle, weight.handle, bias?.handle)
    }
  }

  /// Normalises each channel of N × C or N × C × H × W; all parameters have shape C.
  ///
  /// In training it uses the statistics of the batch and moves the running ones by `momentum`
  /// (running variance unbiased, as in PyTorch); otherwise it uses the running ones.
  public func batchNorm(
    weight: Tensor? = nil, bias: Tensor? = nil, runningMean: Tensor?, runningVariance: Tensor?,
    training: Bool, momentum: Double = 0.1, epsilon: Double = 1e-5
  ) throws(TorchError) -> Tensor {
    try call("batchNorm", (self, weight, bias, runningMean, runningVariance)) {
      ctorch_batch_norm(
        handle, weight?.handle, bias?.handle, runningMean?.handle, runningVariance?.handle,
        training, momentum, epsilon)
    }
  }

  /// max(0, batch norm of self in training + residual), as ``batchNorm(weight:bias:runningMean:runningVariance:training:momentum:epsilon:)``,
  /// an addition and a ReLU would give it, in fewer passes over memory.
  ///
  /// - Parameter residual: the shape of self
  public func batchNormAddReLU(
    residual: Tensor?, weight: Tensor?, bias: Tensor?, runningMean: Tensor?,
    runningVariance: Tensor?, momentum: Double = 0.1, epsilon: Double = 1e-5
  ) throws(TorchError) -> Tensor {
    try call(
      "batchNormAddReLU", (self, residual, weight, bias, runningMean, runningVariance)
    ) {
      ctorch_batch_norm_add_relu(
        handle, residual?.handle, weight?.handle, bias?.handle, runningMean?.handle,
        runningVariance?.handle, momentum, epsilon)
    }
  }

  /// Padding counts as −∞. No stride means the kernel's size.
  public func maxPool2d(
    kernel: Size2, stride: Size2? = nil, padding: Size2 = 0, dilation: Size2 = 1,
    ceilMode: Bool = false
  ) throws(TorchError) -> Tensor {
    try call("maxPool2d", self) {
      ctorch_max_pool2d(
        handle, kernel.code, (stride ?? kernel).code, padding.code, dilation.code, ceilMode)
    }
  }

  /// No stride means the kernel's size. `countPadding` divides by the kernel's size everywhere.
  public func averagePool2d(
    kernel: Size2, stride: Size2? = nil, padding: Size2 = 0, ceilMode: Bool = false,
    countPadding: Bool = true
  ) throws(TorchError) -> Tensor {
    try call("averagePool2d", self) {
      ctorch_avg_pool2d(
        handle, kernel.code, (stride ?? kernel).code, padding.code, ceilMode, countPadding)
    }
  }

  /// N × C × H × W → N × C × output, each cell the mean of its share of the image.
  public func adaptiveAveragePool2d(_ output: Size2 = 1) throws(TorchError) -> Tensor {
    try call("adaptiveAveragePool2d", self) { ctorch_adaptive_avg_pool2d(handle, output.code) }
  }

  /// How ``gridSample(_:interpolation:padding:alignsCorners:)`` reads between elements.
  public enum Interpolation: Int, Sendable {
    case linear, nearest, cubic
  }

  /// What ``gridSample(_:interpolation:padding:alignsCorners:)`` reads outside.
  public enum SamplePadding: Int, Sendable {
    case zeros, border, reflection
  }

  /// self: N × C × H × W, grid: N × H' × W' × 2, x before y, −1 and 1 the borders → N × C × H' × W'
  public func gridSample(
    _ grid: Tensor, interpolation: Interpolation, padding: SamplePadding, alignsCorners: Bool
  ) throws(TorchError) -> Tensor {
    try call("gridSample", (self, grid)) {
      ctorch_grid_sample(
        handle, grid.handle, interpolation.rawValue, padding.rawValue, alignsCorners)
    }
  }

  /// x / (bias + alpha · m)^beta, m the sum of x² over the window of `size` channels divided by
  /// `size`. The window of channel c goes from c − ⌊(size−1)/2⌋ to c + ⌈(size−1)/2⌉ (ONNX, LRN).
  public func localResponseNorm(
    size: Int, alpha: Double = 1e-4, beta: Double = 0.75, bias: Double = 1
  ) throws(TorchError) -> Tensor {
    try call("localResponseNorm", self) {
      ctorch_local_response_norm(handle, size, alpha, beta, bias)
    }
  }

  /// Zeroes elements with this probability and scales the others up; nothing unless training.
  /// Draws from ``Generator/process``.
  public func dropout(_ probability: Double, training: Bool) throws(TorchError) -> Tensor {
    try call("dropout", self) { ctorch_dropout(handle, probability, training) }
  }

  /// All patches as columns (im2col): N × C × H × W → N × S × L with S = C·kH·kW in
  /// C-kH-kW order and L the number of places, row by row.
  public func unfold(
    kernel: Size2, stride: Size2 = 1, padding: Size2 = 0, dilation: Size2 = 1
  ) throws(TorchError) -> Tensor {
    try call("unfold", self) {
      ctorch_unfold(handle, kernel.code, stride.code, padding.code, dilation.code)
    }
  }
}
