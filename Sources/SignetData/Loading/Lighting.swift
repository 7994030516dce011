import SignetModel

/// A random shift of each colour image along the principal axes of ImageNet's pixels, which imitates
/// other light (Krizhevsky et al. 2012, section 4.1).
///
/// Each axis counts its eigenvalue times a draw from a normal distribution of mean 0.
public struct Lighting: Sendable, Hashable {
  /// Of the draws; 0.1 in the paper.
  public var deviation: Double

  /// - Parameter deviation: 0 to 10
  public init(deviation: Double) { self.deviation = deviation }

  /// A wrong deviation surfaces as the loader's first error.
  func check() throws(DataError) {
    guard deviation >= 0, deviation <= 10 else {
      throw .option(name: "lighting", expected: "a deviation of 0 to 10", found: "\(deviation)")
    }
  }

  /// Of the covariance of RGB/255 over ImageNet's training images, with the axes as columns; the values
  /// that fb.resnet.torch publishes.
  private static let eigenvalues = [0.2175, 0.0188, 0.0045]
  private static let axes = [
    [-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203],
  ]

  /// What is added to red, green and blue of one image, where 1 is a byte's whole range.
  func draw(seed: UInt64, epoch: Int, index: Int) -> [Double] {
    var random = RandomStream(seed: seed, purpose: .lighting, epoch: epoch, index: index)
    let lengths = Self.eigenvalues.map { $0 * deviation * random.nextNormal() }
    return Self.axes.map { row in zip(row, lengths).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}
