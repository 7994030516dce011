import ArgumentParser
import SignetData
import SignetTraining

/// How training images are changed at random; what is not given keeps the default of the verb.
struct AugmentationArguments: ParsableArguments {
  enum AugmentationName: String, ExpressibleByArgument, CaseIterable {
    case none
    case cropFlip = "crop-flip"
    case resizedCrop = "resized-crop"
  }

  @Option(help: "Random changes of training images.")
  var augment: AugmentationName?

  @Option(
    help: ArgumentHelp(
      "Side of a square cut out of each training image.", valueName: "pixels", visibility: .hidden))
  var cutout: Int?

  @Option(
    help: ArgumentHelp(
      "Blend training images in pairs, in shares from Beta(alpha, alpha).", valueName: "alpha",
      visibility: .hidden))
  var mixup: Double?

  @Option(
    help: ArgumentHelp(
      "Change brightness, contrast and saturation of training images by up to so much, e.g. 0.4.",
      valueName: "strength", visibility: .hidden))
  var colorJitter: Double?

  @Option(
    help: ArgumentHelp(
      """
      Shift the colours of training images along ImageNet's principal axes with this deviation, e.g. \
      0.1.
      """, valueName: "deviation", visibility: .hidden))
  var lighting: Double?

  func validate() throws {
    try check("--cutout", cutout, in: 0...4096)
    if mixup != 0 { try check("--mixup", mixup, in: Mixup.range) }
    try check("--color-jitter", colorJitter, in: 0...10)
    try check("--lighting", lighting, in: 0...10)
  }

  /// - Parameter options: with the verb's defaults
  func apply(to options: inout TrainingOptions) {
    var changes = options.augmentation
    switch augment {
    case .none?: changes = .none
    case .cropFlip?: (changes.cropPadding, changes.flip, changes.resizedCrop) = (4, true, nil)
    case .resizedCrop?:
      (changes.cropPadding, changes.flip, changes.resizedCrop) = (0, true, ResizedCrop())
    case nil: break
    }
    if let cutout { changes.cutout = cutout }
    if let colorJitter {
      changes.colorJitter = colorJitter > 0 ? ColorJitter(strength: colorJitter) : nil
    }
    if let lighting { changes.lighting = lighting > 0 ? Lighting(deviation: lighting) : nil }
    options.augmentation = changes
    if let mixup { options.mixup = Mixup(alpha: mixup) }
  }

  /// Nobody knows what a flip or a crop would make of arrays.
  func checkChanges(of data: DatasetSpecification) throws {
    guard data.kind == .tensors,
      (augment ?? AugmentationName.none) != AugmentationName.none
        || [Double(cutout ?? 0), colorJitter ?? 0, lighting ?? 0].contains(where: { $0 > 0 })
    else { return }
    throw ValidationError(
      "--augment, --cutout, --color-jitter, --lighting: only images can be changed, not \(data)")
  }
}
