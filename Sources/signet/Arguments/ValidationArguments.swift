import ArgumentParser
import SignetData
import SignetModel

/// What chooses the best network of a training.
struct ValidationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Share of the training images to hold out and to measure after each epoch; the model that \
      does best on them, the one at the start included, is what is written. (default: 0.1, at most \
      5,000 images)
      """, valueName: "share"))
  var validation: Double?

  @Option(
    help: "Images to measure after each epoch, instead of held-out ones.",
    transform: { try DatasetSpecification(parsing: $0) })
  var validationData: DatasetSpecification?

  @Flag(help: "Train on all images and write the last model.")
  var noValidation = false

  @Option(
    help: ArgumentHelp(
      "Stop after so many epochs without a better validation.", valueName: "epochs"))
  var patience: Int?

  func validate() throws {
    try check("--patience", patience, in: 1...1_000_000)
    try check("--validation", validation, in: 0...0.9)
    if noValidation, validation != nil || validationData != nil {
      throw ValidationError("expected --no-validation or what to validate on, found both")
    }
    if validation != nil, validationData != nil {
      throw ValidationError("expected --validation or --validation-data, found both")
    }
    if patience != nil, noValidation || validation == 0 {
      throw ValidationError("--patience needs validations; leave --no-validation out")
    }
  }

  /// The images of a run.
  ///
  /// - Parameters:
  ///   - model: whose classes the data's labels become
  ///   - learnsFromLabels: without it labels need not fit, and only measure where they do
  func images(
    of data: DataOptions, training dataset: any ImageDataset, for model: Model,
    classes: ClassOptions, seed: UInt64, learnsFromLabels: Bool
  ) throws -> TrainingData {
    let matched = { (images: any ImageDataset, isLoud: Bool) throws(DataError) in
      learnsFromLabels ? try classes.matched(images, to: model, isLoud: isLoud) : images
    }
    let training = try matched(dataset, true)
    var held = HeldOut(training: training, validation: nil)
    if let validationData {
      held = HeldOut(
        training: training,
        validation: try matched(
          validationData.open(
            split: .test, limit: nil, seed: seed, inputs: model.networkInputs), true))
    } else if !noValidation {
      held = training.holdingOut(
        share: validation ?? 0.1, atMost: validation == nil ? 5000 : .max, seed: seed)
    }
    return TrainingData(
      training: held.training, validation: held.validation,
      test: try test(of: data, for: model, classes: classes, seed: seed))
  }

  /// The test images, where the data has some with labels that the model can be asked for.
  private func test(
    of data: DataOptions, for model: Model, classes: ClassOptions, seed: UInt64
  ) throws -> (any ImageDataset)? {
    guard data.split != .test, model.graph.outputs.count == 1, model.outputKind.isOfClasses,
      try data.data.hasTestSplit()
    else {
      return nil
    }
    let images = try data.data.open(split: .test, limit: data.limit, seed: seed)
    guard images.isLabelled,
      let matched = try? classes.matched(images, to: model, isLoud: false),
      matched.labels.allSatisfy({ $0 < model.classCount })
    else { return nil }
    return matched
  }
}
