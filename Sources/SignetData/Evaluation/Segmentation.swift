import Foundation
import SignetModel

/// How well a network names the class of each place of images.
public struct Segmentation: Sendable, Hashable {
  /// One class that occurs, in labels or outputs.
  public struct ClassResult: Sendable, Hashable {
    /// Its number.
    public let number: Int
    /// Of the places that are of this class or were taken for it, the share that is and was, in
    /// percent.
    public let intersectionOverUnion: Double
    /// Places that are of this class.
    public let places: Int
  }

  /// The mean over ``classes``, in percent.
  public let meanIntersectionOverUnion: Double
  /// Share of places whose class is the right one, in percent.
  public let pixelAccuracy: Double
  /// Those that occur, by number.
  public let classes: [ClassResult]
  /// Images measured.
  public let images: Int

  /// Runs all images through the network and counts, over all of them, where its classes are the
  /// labels'. Labels of 255 count for nothing.
  ///
  /// - Parameters:
  ///   - model: of the network: says how images become its input
  ///   - map: which of the outputs
  ///   - targets: the labels of `dataset`, of the size of their images or scaled: they are resized
  ///     and cropped as the images are, by nearest neighbour; labels of arrays are resized alone
  ///   - skipping: called for each image that cannot be read and is left out; with `nil` the
  ///     first one is thrown. So it is where no image can be read.
  ///   - progress: called after each batch with the images done and their total
  /// - Throws: ``DataError`` also for labels that are wrong, ``EvaluationError`` or what the network
  ///   or `progress` throws.
  public static func measure(
    _ network: any NamedNetwork, of model: Model, map: OutputMap, dataset: any ImageDataset,
    targets: TargetFolder, batchSize: Int = 16, skipping: ((DataError) -> Void)? = nil,
    progress: ((Int, Int) throws -> Void)? = nil
  ) throws -> Segmentation {
    var matrix = ConfusionMatrix(classCount: map.classCount ?? 2)
    let fit = LabelFit(
      height: map.height, width: map.width,
      input: dataset.holdsTensors ? nil : model.graph.inputShape,
      resizeShorterSide: model.preprocessing.resizeShorterSide)
    let run = OutputRun(
      network: network, model: model, output: map.name, dataset: dataset, batchSize: batchSize,
      skipping: skipping, progress: progress)
    let images = try run.each { index, values in
      guard let found = map.classes(values),
        found.allSatisfy((0..<Int(LabelMap.ignored)).contains)
      else { throw EvaluationError.noClassNumbers(output: map.name, image: index) }
      let file = targets.files[index]
      let labels = try LabelMap(contentsOf: file)
      if !dataset.holdsTensors { try check(labels, file, fits: dataset.file(at: index)) }
      try check(labels, file, classCount: map.classCount)
      for (label, found) in zip(labels.numbers(fit), found) where label != LabelMap.ignored {
        matrix.add(label: Int(label), found: found)
      }
    }
    guard matrix.total > 0 else { throw EvaluationError.nothingLabelled(dataset: dataset.name) }
    return Segmentation(matrix, images: images)
  }

  init(_ matrix: ConfusionMatrix, images: Int) {
    classes = (0..<matrix.classCount).compactMap { number in
      matrix.intersectionOverUnion(number).map {
        ClassResult(
          number: number, intersectionOverUnion: 100 * $0, places: matrix.labelled(number))
      }
    }
    meanIntersectionOverUnion =
      classes.reduce(0) { $0 + $1.intersectionOverUnion } / Double(max(1, classes.count))
    pixelAccuracy = 100 * Double(matrix.correct) / Double(max(1, matrix.total))
    self.images = images
  }

  /// Labels that were cut elsewhere would lie beside what they mean.
  private static func check(
    _ labels: LabelMap, _ file: URL, fits image: SampleFile?
  ) throws(DataError) {
    guard let image else { return }
    let size = try ImageFile.size(of: image.url)
    guard LabelFit.isAlike(size, (labels.width, labels.height)) else {
      throw .target(
        file: file.path,
        expected: "the proportions of its image, \(size.width)×\(size.height) pixels",
        found: "\(labels.width)×\(labels.height)")
    }
  }

  private static func check(
    _ labels: LabelMap, _ file: URL, classCount: Int?
  ) throws(DataError) {
    guard let classCount,
      let wrong = labels.values.firstIndex(where: {
        $0 != LabelMap.ignored && Int($0) >= classCount
      })
    else { return }
    let (row, column) = wrong.quotientAndRemainder(dividingBy: labels.width)
    throw .target(
      file: file.path,
      expected: "class numbers of 0 to \(classCount - 1), or 255 for what does not count",
      found: "\(labels.values[wrong]) in row \(row), column \(column)")
  }
}
