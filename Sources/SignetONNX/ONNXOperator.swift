/// Operators that are taken, and within which limits: what `signet import --operators` prints.
public struct ONNXOperator: Hashable, Sendable {
  /// Operators, with their domain unless it is ONNX's own.
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
      "Conv com.microsoft.FusedConv", as: "convolution; groups, dilation, any padding or auto_pad",
      limits: "one to three spatial axes, constant weights"),
    ONNXOperator(
      "ConvTranspose", as: "convolution of the map with zeros laid between its elements",
      limits: "one to three spatial axes, constant weights"),
    ONNXOperator(
      "Gemm com.microsoft.FusedGemm", as: "linear layer",
      limits: "a vector per sample, or rows of the steps of all, a constant matrix; transA 0"),
    ONNXOperator(
      "MatMul com.microsoft.FusedMatMul",
      as: "linear layer, a 1×1 convolution over further axes, or products of two values' matrices",
      limits: "the batch before the matrices"),
    ONNXOperator(
      "QuantizeLinear DequantizeLinear ConvInteger MatMulInteger QLinearConv QLinearMatMul",
      as: "the numbers that whole ones stand for: weights as they are, computed values rounded",
      limits: "constant scales and zero points; blocks of constants only"),
    ONNXOperator(
      "DynamicQuantizeLinear com.microsoft.DynamicQuantizeMatMul "
        + "com.microsoft.MatMulIntegerToFloat com.microsoft.DynamicQuantizeLSTM",
      as: "computed values before the file rounds them, weights as the numbers they stand for",
      limits: "constant weights"),
    ONNXOperator(
      GraphImporter.quantizerMappings.keys.sorted().joined(separator: " "),
      as: "the numbers that few bits stand for",
      limits: "constant scales, zero points and widths"),
    ONNXOperator("BatchNormalization", as: "batch norm", limits: "stored statistics"),
    ONNXOperator(
      "LayerNormalization InstanceNormalization GroupNormalization MeanVarianceNormalization",
      as: "normalisation, and an affine map", limits: "over any axes but the batch"),
    ONNXOperator(
      "Relu LeakyRelu PRelu Clip Sigmoid HardSigmoid HardSwish Swish Elu Selu Celu "
        + "ThresholdedRelu Gelu com.microsoft.Gelu com.microsoft.QuickGelu Softplus Softsign Mish "
        + "Tanh Erf",
      as: "activation", limits: "constant bounds and slopes; Swish with alpha 1"),
    ONNXOperator(
      "Exp Log Sqrt Reciprocal Abs Sign Floor Ceil Round Sin Cos Pow Not",
      as: "function of each element"),
    ONNXOperator(
      "Max Min", as: "clipping by a constant number, or function of two values"),
    ONNXOperator(
      "Add Sum Sub Mul Div Neg",
      as: "sum, product or quotient of values that broadcast, or an affine map with a constant; "
        + "x·sigmoid(x) becomes one activation"),
    ONNXOperator(
      "Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Mod Where",
      as: "function of two or three values, truth as 1 and 0"),
    ONNXOperator(
      "MaxPool AveragePool",
      as: "pooling; ceil_mode, count_include_pad, dilation, auto_pad",
      limits: "one to three spatial axes; no indices"),
    ONNXOperator(
      "LpPool", as: "the root of a pooling of powers", limits: "p 1 or 2, one or two spatial axes"),
    ONNXOperator(
      "GlobalAveragePool GlobalMaxPool GlobalLpPool", as: "pooling over space",
      limits: "p 1 or 2"),
    ONNXOperator(
      "ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceSumSquare ReduceL1 ReduceL2 "
        + "ReduceLogSum ReduceLogSumExp ArgMax ArgMin LpNormalization",
      as: "one number of many", limits: "over any axes but the batch"),
    ONNXOperator("LRN", as: "local response normalisation", limits: "along channels"),
    ONNXOperator(
      "Softmax LogSoftmax", as: "softmax or its logarithm", limits: "along any axis but the batch"),
    ONNXOperator(
      "Resize Upsample", as: "resampling; every mode, coordinates and rounding",
      limits: "any axes but the batch"),
    ONNXOperator(
      "GridSample", as: "a map read at computed places; every mode and padding",
      limits: "two spatial axes"),
    ONNXOperator(
      "Concat Split Slice Gather Pad Tile DepthToSpace SpaceToDepth",
      as: "joining, cutting, repeating and surrounding",
      limits: "along any axis but the batch; constant places"),
    ONNXOperator(
      "CumSum GatherElements TopK",
      as: "sums of sums; elements at places, given or computed, found by comparing all places",
      limits: "along any axis but the batch"),
    ONNXOperator(
      "GatherND ScatterND ScatterElements Scatter OneHot Trilu",
      as: "elements read from, written to or reduced at places, and comparisons with them",
      limits: "constant places, the same in every sample"),
    ONNXOperator(
      "Einsum", as: "product of matrices, and rearrangements",
      limits: "one or two operands, distinct letters, the batch first"),
    ONNXOperator(
      "LSTM GRU RNN", as: "layers for each step of the sequence; either layout, any direction",
      limits: "constant weights, whole sequences, the usual activations; no clip"),
    ONNXOperator(
      "SplitToSequence SequenceConstruct SequenceAt ConcatFromSequence",
      as: "what their elements are", limits: "sequences of tensors, known places"),
    ONNXOperator(
      "Flatten Reshape Squeeze Unsqueeze Transpose Expand",
      as: "nothing where the order in memory stays, else a rearrangement",
      limits: "the batch may move and merge with other axes, but is whole at the end"),
    ONNXOperator(
      "ai.signet.BinaryBlock ai.signet.BinaryConv ai.signet.BinaryLinear",
      as: "the binary layers that they run, codes included", limits: "stored codes and scales"),
    ONNXOperator("If", as: "the branch taken", limits: "a condition that follows from the file"),
    ONNXOperator(
      "Identity Dropout Cast CastLike", as: "nothing",
      limits: "casts to float types, and by Cast to truth: 1 where not 0"),
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
