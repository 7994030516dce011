/// Random changes to training images, a pure function of seed, epoch and image.
public struct Augmentation: Sendable, Hashable {
  /// Pixels of zero bytes put around the image before a random crop of its size is taken; what
  /// torchvision's `RandomCrop(size, padding)` does before normalisation.
  public var cropPadding: Int
  /// Mirror every other image, left to right.
  public var flip: Bool

  public init(cropPadding: Int, flip: Bool) {
    self.cropPadding = cropPadding
    self.flip = flip
  }

  public static let none = Augmentation(cropPadding: 0, flip: false)

  /// Crop of 32 from 40 and flip, as usual for CIFAR (He et al. 2016, section 4.2).
  public static let cifar = Augmentation(cropPadding: 4, flip: true)

  /// What happens to one image: output column x of row y shows input column
  /// `(flipped ? width − 1 − x : x) + dx` of row `y + dy`.
  struct Draw: Hashable {
    var dx = 0
    var dy = 0
    var isFlipped = false
  }

  func draw(seed: UInt64, epoch: Int, index: Int) -> Draw {
    guard self != .none else { return Draw() }
    var random = RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, index: index)
    var draw = Draw()
    if cropPadding > 0 {
      draw.dx = random.next(below: 2 * cropPadding + 1) - cropPadding
      draw.dy = random.next(below: 2 * cropPadding + 1) - cropPadding
    }
    draw.isFlipped = flip && random.next(below: 2) == 1
    return draw
  }
}
