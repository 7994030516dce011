/// Random changes to training images, a pure function of seed, epoch and image.
public struct Augmentation: Sendable, Hashable {
  /// Pixels of zero bytes put around the image before a random crop of its size is taken; what
  /// torchvision's `RandomCrop(size, padding)` does before normalisation.
  public var cropPadding: Int
  /// Mirror every other image, left to right.
  public var flip: Bool
  /// Side of a square at a random place that is set to zero after normalisation, in pixels; the
  /// place's centre lies within the image, the square may reach beyond (DeVries & Taylor 2017,
  /// arXiv 1708.04552). 0 cuts nothing.
  public var cutout: Int
  /// Take a random part of each image file, stretched to the network's input, instead of the resized
  /// middle.
  public var resizedCrop: ResizedCrop?
  /// Change brightness, contrast and saturation, before anything lies around the image.
  public var colorJitter: ColorJitter?
  /// Shift the colours, after all else but cutout.
  public var lighting: Lighting?

  /// Random crops, flips and cutout, and changes of colours; 0, `false` and `nil` leave each out.
  public init(
    cropPadding: Int, flip: Bool, cutout: Int = 0, resizedCrop: ResizedCrop? = nil,
    colorJitter: ColorJitter? = nil, lighting: Lighting? = nil
  ) {
    self.cropPadding = cropPadding
    self.flip = flip
    self.cutout = cutout
    self.resizedCrop = resizedCrop
    self.colorJitter = colorJitter
    self.lighting = lighting
  }

  /// Images as they are.
  public static let none = Augmentation(cropPadding: 0, flip: false)

  /// Crop of 32 from 40 and flip, as usual for CIFAR (He et al. 2016, section 4.2).
  public static let cifar = Augmentation(cropPadding: 4, flip: true)

  /// A random part of 8 to 100 % of the image's area, and flip, as usual for ImageNet.
  public static let imageNet = Augmentation(
    cropPadding: 0, flip: true, resizedCrop: ResizedCrop())

  /// What happens to one image: output column x of row y shows input column
  /// `(flipped ? width − 1 − x : x) + dx` of row `y + dy`.
  struct Draw: Hashable {
    var dx = 0
    var dy = 0
    var isFlipped = false
    /// Rows and columns of the output that are cut out, clipped to the image when applied.
    var cutRows = 0..<0
    var cutColumns = 0..<0
    /// Added to red, green and blue, where 1 is a byte's whole range.
    var lighting: [Double]?
  }

  /// - Parameters:
  ///   - height: of the image, in pixels
  ///   - width: likewise
  func draw(seed: UInt64, epoch: Int, index: Int, height: Int, width: Int) -> Draw {
    guard self != .none else { return Draw() }
    var random = RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, index: index)
    var draw = Draw()
    if cropPadding > 0 {
      draw.dx = random.next(below: 2 * cropPadding + 1) - cropPadding
      draw.dy = random.next(below: 2 * cropPadding + 1) - cropPadding
    }
    draw.isFlipped = flip && random.next(below: 2) == 1
    if cutout > 0 {
      let top = random.next(below: height) - cutout / 2
      let left = random.next(below: width) - cutout / 2
      draw.cutRows = top..<top + cutout
      draw.cutColumns = left..<left + cutout
    }
    draw.lighting = lighting?.draw(seed: seed, epoch: epoch, index: index)
    return draw
  }
}
