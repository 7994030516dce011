/// Operators that are taken, and within which limits: what `signet import --operators` prints.
public struct ONNXOperator: Hashable, Sendable {
  /// Operators of ONNX's own set.
  public let names: [String]
  /// What they become.
  public let takenAs: String
  /// What of them is not taken.
  public let limits: String

  private init(_ names: String, as takenAs: String, limits: String = "") {
    self.names = names.split(separator: " ").map(String.init)
    self.takenAs = takenAs
    self.limits = limits
  }

  /// On values computed from the image.
  public static let computed: [ONNXOperator] = [
    ONNXOperator(
      "Conv", as: "convolution; groups, dilation, any padding or auto_pad",
      limits: "one or two spatial axes, constant weights"),
    ONNXOperator(
      "Gemm MatMul", as: "linear layer, or a 1×1 convolution over further axes",
      limits: "one constant matrix; transA 0"),
    ONNXOperator("BatchNormalization", as: "batch norm", limits: "stored statistics"),
    ONNXOperator(
      "Relu LeakyRelu PRelu Clip Sigmoid HardSigmoid HardSwish Swish", as: "activation",
      limits: "constant bounds and slopes; Swish with alpha 1"),
    ONNXOperator("Max Min", as: "clipping", limits: "of one value and one constant number"),
    ONNXOperator(
      "Add Sum Sub Mul Div Neg",
      as: "sum or product of values that broadcast, or an affine map with a constant; "
        + "x·sigmoid(x) becomes one activation", limits: "Div by a constant"),
    ONNXOperator(
      "MaxPool AveragePool",
      as: "pooling; ceil_mode, count_include_pad, dilation, auto_pad",
      limits: "one or two spatial axes; no indices"),
    ONNXOperator("GlobalAveragePool GlobalMaxPool", as: "pooling over space"),
    ONNXOperator("ReduceMean", as: "mean", limits: "over any axes but the batch"),
    ONNXOperator("LRN", as: "local response normalisation", limits: "along channels"),
    ONNXOperator("Softmax", as: "softmax", limits: "along any axis but the batch"),
    ONNXOperator(
      "Concat Split Slice Gather Pad",
      as: "joining, cutting and surrounding; constants beside one value are padding",
      limits: "along any axis but the batch; steps above 0; Gather of neighbouring places"),
    ONNXOperator(
      "SplitToSequence SequenceConstruct SequenceAt ConcatFromSequence",
      as: "what their elements are", limits: "sequences of tensors, known places"),
    ONNXOperator(
      "Flatten Reshape Squeeze Unsqueeze Transpose Expand",
      as: "nothing where the order in memory stays, else a rearrangement",
      limits: "the batch stays first; Expand to the value's own shape"),
    ONNXOperator(
      "Identity Dropout Cast CastLike", as: "nothing", limits: "casts to a float type only"),
    ONNXOperator("Shape Size", as: "numbers, the batch left free"),
  ]

  /// On constants alone: computed at import, and gone.
  public static let folded: [String] = ConstantFolder.rules.keys.sorted()

  /// Everything, as it is listed.
  public static var all: [ONNXOperator] {
    computed + [
      ONNXOperator(
        folded.joined(separator: " "), as: "numbers", limits: "where all inputs are constants")
    ]
  }
}
