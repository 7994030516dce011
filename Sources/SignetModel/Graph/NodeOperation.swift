/// What a node computes. Trained parameters are not part of it: they stand in the model's weight
/// table under `<node name>.<role>`, the names PyTorch gives them.
public enum NodeOperation: Hashable, Sendable {
  /// 2-D cross-correlation of a `C×H×W` map; parameters `weight` and, if `hasBias`, `bias`.
  case convolution(Convolution)
  /// `y = Wx + b` on a vector; parameters `weight` (outputs × inputs) and, if `hasBias`, `bias`.
  case linear(Linear)
  /// Per-channel normalisation; parameters `weight`, `bias`, `running_mean`, `running_var`.
  case batchNorm(BatchNorm)
  /// `max(x, 0)`.
  case relu
  /// Largest element of a window, per channel.
  case maxPool(Pooling)
  /// Mean of a window, per channel.
  case averagePool(Pooling)
  /// Mean over height and width: `C×H×W` → `C×1×1`.
  case globalAveragePool
  /// Elementwise sum of two or more values of one shape.
  case add
  /// Joins maps of equal height and width, or vectors, along the channels.
  case concatenate
  /// `C×H×W` → `C·H·W`, channels outermost.
  case flatten
  /// Identity when running; zeroes a share `rate` of the elements while training.
  case dropout(rate: Float)
  /// Surrounds a map with constant elements.
  case pad(Pad)
  /// Takes a regular sub-grid of a map.
  case slice(StridedSlice)
  /// Applies one function to every element.
  case activation(Activation)
  /// `x` where positive, `weight · x` elsewhere; parameter `weight` of the given shape, each of
  /// whose extents is the input's or 1.
  case prelu(Shape)
  /// `y = weight · x + bias` with constants that are broadcast; parameters `weight` and `bias`.
  case affine(Affine)
  /// Elementwise product of two or more values; an extent of 1 is broadcast.
  case multiply
  /// Divides by the energy of neighbouring channels (AlexNet, section 3.3).
  case localResponseNorm(LocalResponseNorm)
  /// `exp(x) / Σ exp(x)` along one axis of the shape: 0 the channels, 1 the height, 2 the width.
  case softmax(axis: Int)
  /// The logarithm of that.
  case logSoftmax(axis: Int)
  /// The same elements in the same order, outermost first, under another shape.
  case reshape(Shape)
  /// Permutes the axes of a value read as a grid of more axes.
  case transpose(Transposition)
  /// Lays a map's elements apart with zeros between: a convolution of the result is a transposed
  /// convolution of the map, whose stride this is.
  case spread(Size2D)
  /// Resamples a map along height and width.
  case resize(Resize)
  /// A function of two values of one rank; an extent of 1 is broadcast.
  case binary(BinaryFunction)
  /// The second value where the first is not 0, else the third; an extent of 1 is broadcast.
  case select
  /// One number made of many along some axes.
  case reduce(Reduction)
  /// Where along an axis the largest or smallest number stands, counted from 0.
  case argExtreme(ArgExtreme)
  /// Subtracts the mean along some axes and divides by the deviation.
  case normalize(Normalization)
  /// Products of the matrices of two values.
  case matrixProduct(MatrixProduct)
  /// The same tensor for every sample, parameter `weight` of the given shape; reads a value only to
  /// know how many samples there are.
  case constant(Shape)
  /// Picks and repeats elements at regular distances.
  case region(Region)
  /// Picks elements at given places along one axis.
  case selection(Selection)
  /// Reads a map at the places that a second value holds.
  case gridSample(GridSample)
}

/// Extents or steps along height and width.
public struct Size2D: Hashable, Sendable, Codable {
  /// Along the second axis of `C×H×W`.
  public var height: Int
  /// Along the third axis of `C×H×W`.
  public var width: Int

  /// Both extents.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The same along both axes.
  public init(_ both: Int) {
    self.init(height: both, width: both)
  }

  /// height · width; wraps around where the product passes `Int.max`.
  public var area: Int { height &* width }
}

/// Elements added at each border of a map.
public struct Padding2D: Hashable, Sendable, Codable {
  /// Rows above.
  public var top: Int
  /// Columns to the left.
  public var left: Int
  /// Rows below.
  public var bottom: Int
  /// Columns to the right.
  public var right: Int

  /// All four borders.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same at every border.
  public init(_ all: Int) {
    self.init(top: all, left: all, bottom: all, right: all)
  }

  /// Whether opposite borders are alike.
  public var isSymmetric: Bool { top == bottom && left == right }
}

/// Attributes of a 2-D convolution. Weight shape: `outputChannels × inputChannels/groups × kH × kW`.
public struct Convolution: Hashable, Sendable, Codable {
  /// Channels of the input map, all groups together.
  public var inputChannels: Int
  /// N: filters, all groups together.
  public var outputChannels: Int
  /// Extents of a filter.
  public var kernel: Size2D
  /// Steps of the window from one output to the next, at least 1.
  public var stride: Size2D
  /// Zeros around the map.
  public var padding: Padding2D
  /// Distance between the inputs that neighbouring weights meet, at least 1.
  public var dilation: Size2D
  /// Parts that channels and filters are cut into; each filter sees its own part.
  public var groups: Int
  /// Whether a number per filter is added.
  public var hasBias: Bool

  /// Whether the attributes fit each other and the input is checked by the graph.
  public init(
    inputChannels: Int, outputChannels: Int, kernel: Size2D, stride: Size2D = Size2D(1),
    padding: Padding2D = Padding2D(0), dilation: Size2D = Size2D(1), groups: Int = 1,
    hasBias: Bool = true
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.hasBias = hasBias
  }

  /// S: inputs of one filter, `inputChannels/groups · kH · kW`.
  public var patchLength: Int {
    groups > 0 ? inputChannels / groups &* kernel.area : 0
  }
}

/// Attributes of a fully connected layer.
public struct Linear: Hashable, Sendable, Codable {
  /// Elements of the input.
  public var inputs: Int
  /// N: elements of the output.
  public var outputs: Int
  /// Whether a number per output is added.
  public var hasBias: Bool

  /// A layer of `outputs` × `inputs` weights.
  public init(inputs: Int, outputs: Int, hasBias: Bool = true) {
    self.inputs = inputs
    self.outputs = outputs
    self.hasBias = hasBias
  }
}

/// Attributes of batch normalisation: `y = weight · (x − mean)/√(var + epsilon) + bias`.
public struct BatchNorm: Hashable, Sendable, Codable {
  /// Channels of the input.
  public var channels: Int
  /// Added to the variance before the root.
  public var epsilon: Float
  /// Share of the new batch in the running statistics while training (PyTorch's convention).
  public var momentum: Float

  /// PyTorch's numbers by default.
  public init(channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
  }
}

/// Attributes of a pooling window.
public struct Pooling: Hashable, Sendable, Codable {
  /// Extents of the window.
  public var kernel: Size2D
  /// Steps of the window from one output to the next, at least 1.
  public var stride: Size2D
  /// Elements around the map, which a maximum never takes.
  public var padding: Padding2D
  /// Round the output extent up; a window that would start in the far padding is dropped.
  public var ceilMode: Bool
  /// Average pooling only: padding counts in the divisor.
  public var countsPadding: Bool
  /// Distance between the elements of a window.
  public var dilation: Size2D

  /// Whether the attributes fit the input is checked by the graph.
  public init(
    kernel: Size2D, stride: Size2D, padding: Padding2D = Padding2D(0), ceilMode: Bool = false,
    countsPadding: Bool = true, dilation: Size2D = Size2D(1)
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.ceilMode = ceilMode
    self.countsPadding = countsPadding
    self.dilation = dilation
  }
}

/// Padding of a map, channels included.
public struct Pad: Hashable, Sendable, Codable {
  /// What the added elements hold.
  public enum Mode: String, Sendable, Codable, CaseIterable {
    /// `value`.
    case constant
    /// The nearest element of the map.
    case edge
    /// The map mirrored about its outermost elements, which are not repeated.
    case reflect
    /// The map continued periodically.
    case wrap
  }

  /// Channels added before the first.
  public var channelsBefore: Int
  /// Channels added behind the last.
  public var channelsAfter: Int
  /// Rows and columns added to each channel.
  public var spatial: Padding2D
  /// What added elements hold in mode ``Mode/constant``.
  public var value: Float
  /// What added elements hold.
  public var mode: Mode

  /// Adds nothing by default.
  public init(
    channelsBefore: Int = 0, channelsAfter: Int = 0, spatial: Padding2D = Padding2D(0),
    value: Float = 0, mode: Mode = .constant
  ) {
    self.channelsBefore = channelsBefore
    self.channelsAfter = channelsAfter
    self.spatial = spatial
    self.value = value
    self.mode = mode
  }
}

/// Elements `start, start + step, …` below `end` along each axis of a map.
public struct StridedSlice: Hashable, Sendable, Codable {
  /// What is taken along one axis.
  public struct Axis: Hashable, Sendable, Codable {
    /// The first element taken, from 0.
    public var start: Int
    /// One past the last element that may be taken; `nil` takes all.
    public var end: Int?
    /// From one element taken to the next, at least 1.
    public var step: Int

    /// Takes all by default.
    public init(start: Int = 0, end: Int? = nil, step: Int = 1) {
      self.start = start
      self.end = end
      self.step = step
    }
  }

  /// Along the first axis.
  public var channels: Axis
  /// Along the second axis.
  public var height: Axis
  /// Along the third axis.
  public var width: Axis

  /// Takes all by default.
  public init(channels: Axis = Axis(), height: Axis = Axis(), width: Axis = Axis()) {
    self.channels = channels
    self.height = height
    self.width = width
  }
}
