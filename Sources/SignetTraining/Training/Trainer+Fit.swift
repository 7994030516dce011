import SignetData
import SignetModel

/// What must fit before a run begins.
extension Trainer {
  func checkFit(
    _ model: Model, teacher: Model?, dataset: any ImageDataset, validation: (any ImageDataset)?,
    processes: Int = 1
  ) throws(TrainingError) {
    let images = min(options.batchSize, dataset.count)
    guard images >= processes else {
      throw .mismatch(
        what: "the \(processes) processes",
        expected: "an image for each in every step (--batch-size, more images)",
        found: "\(images)")
    }
    if case .distillation = options.loss, teacher == nil {
      throw .missing(what: "a teacher", neededBy: "distillation")
    }
    if options.learnsFromLabels, model.graph.outputs.count > 1 {
      throw .mismatch(
        what: "the network",
        expected: "one output, to learn from labels (--teacher MODEL "
          + "--supervision teacher does without)",
        found: "\(model.graph.outputs.count): "
          + model.graph.outputs.map(\.name).joined(separator: ", "))
    }
    if options.learnsFromLabels, model.classCount < 2 {
      throw .mismatch(
        what: dataset.name, expected: "images of at least two classes, to tell them apart",
        found: "\(model.classCount)")
    }
    try checkBatchNorms(
      of: model, images: options.imagesPerNorm(of: dataset.count, processes: processes))
    if options.learnsFromLabels, !model.outputKind.isOfClasses {
      throw .mismatch(
        what: "the network's output", expected: "class scores, to learn from labels",
        found: "\(model.outputKind.rawValue) of shape \(model.graph.outputShape)")
    }
    if options.patience != nil, validation == nil {
      throw .missing(what: "validation images", neededBy: "patience")
    }
    if let teacher { try check(teacher, for: model) }
    for dataset in [dataset, validation].compactMap({ $0 }) {
      guard dataset.count > 0 else {
        throw .mismatch(what: dataset.name, expected: "at least one image", found: "none")
      }
      guard options.learnsFromLabels else { continue }
      guard dataset.isLabelled else { throw .data(.unlabelled(dataset: dataset.name)) }
      if let largest = dataset.labels.max(), largest >= model.classCount {
        throw .mismatch(
          what: dataset.name, expected: "labels below \(model.classCount)", found: "\(largest)")
      }
    }
  }

  private func check(_ teacher: Model, for model: Model) throws(TrainingError) {
    try checkOutputs(of: teacher, for: model)
    if case .distillation = options.loss, model.outputKind.isOfClasses {
      try checkClasses(of: teacher, for: model)
    }
    let shapes = (model.graph.inputs.map(\.shape), teacher.graph.inputs.map(\.shape))
    guard shapes.0 == shapes.1 else {
      let words = [shapes.0, shapes.1].map { $0.map(\.description).joined(separator: ", ") }
      throw .mismatch(what: "teacher", expected: "an input of \(words[0])", found: words[1])
    }
    let orders = (
      model.preprocessing.channelOrder.rawValue, teacher.preprocessing.channelOrder.rawValue
    )
    guard orders.0 == orders.1 else {
      throw .mismatch(
        what: "teacher", expected: "the network's channel order \(orders.0)", found: orders.1)
    }
  }

  private func checkOutputs(of teacher: Model, for model: Model) throws(TrainingError) {
    let counts = [model, teacher].map { model in
      model.graph.outputs.map { model.graph.shape(of: $0).elementCount }
    }
    guard counts[0] != counts[1] else { return }
    let words = counts.map { $0.map(String.init).joined(separator: ", ") }
    throw .mismatch(
      what: "teacher",
      expected: counts[0].count == 1
        ? "\(words[0]) classes" : "\(counts[0].count) outputs of \(words[0]) numbers",
      found: words[1])
  }

  /// A teacher that has the same classes in another order teaches a permutation of them.
  private func checkClasses(of teacher: Model, for model: Model) throws(TrainingError) {
    let differing = zip(model.labels, teacher.labels).enumerated().first { $1.0 != $1.1 }
    guard let (index, (own, other)) = differing, Set(model.labels) == Set(teacher.labels) else {
      return
    }
    throw .mismatch(
      what: "teacher",
      expected: "the network's classes in their order, '\(own)' at \(index) (signet import "
        + "--class-names says what a network's classes are)",
      found: "'\(other)' there")
  }

  /// One value has no deviation to be divided by.
  private func checkBatchNorms(of model: Model, images: Int) throws(TrainingError) {
    guard images == 1 else { return }
    for node in model.graph.nodes {
      guard case .batchNorm = node.operation, let shape = model.graph.shapes[node.name],
        shape.height * shape.width == 1
      else { continue }
      throw .mismatch(
        what: "batch norm '\(node.name)'",
        expected: "at least 2 images in a step, to see more than one value per channel "
          + "(--batch-size, more images)",
        found: "1")
    }
  }
}
