import Foundation
import NIOCore
import SignetData
import SignetModel
import SignetReport
import SignetRuntime

/// Runs a data set through models and keeps what they are wrong about.
struct CaseMeasurement: Sendable {
  let dataset: any ImageDataset
  let models: [ServedModel]

  /// Images that are shown of each model.
  private static let mostMisses = 24

  struct Result {
    var json: ByteBuffer
    /// PNG files by the images' places in the set.
    var pictures: [Int: ByteBuffer]
  }

  /// Images of all models together.
  var total: Int { dataset.count * models.count }

  private struct Scored {
    var model: ServedModel
    var scores: ClassScores
  }

  /// - Parameter progress: called with the images done
  func run(progress: @escaping (Int) throws -> Void) throws -> Result {
    var scored: [Scored] = []
    for (place, model) in models.enumerated() {
      let graph = model.model.graph
      guard let output = graph.outputs.first(where: { model.model.outputKind(of: $0).isOfClasses })
      else { continue }
      let scores = try ClassScores.measure(
        Engine(model: model.model), of: model.model, output: output, dataset: dataset,
        batchSize: 1, skipping: { _ in },
        progress: { done, _ in try progress(place * dataset.count + done) })
      scored.append(Scored(model: model, scores: scores))
    }
    guard let first = scored.first else { throw EvaluationError.output(name: "of classes") }
    let reference = dataset.isLabelled ? nil : scored.first { $0.model.isReference }
    guard dataset.isLabelled || reference != nil else {
      throw CaseError.nothingToCompareWith
    }
    var pictures: [Int: ByteBuffer] = [:]
    var json = JSONWriter()
    json.object { json in
      json.member("state", "ready")
      json.member("name", dataset.name.printable)
      json.member("images", first.scores.indices.count)
      json.member("isLabelled", dataset.isLabelled)
      json.member("models") { json in
        json.array { json in
          for one in scored where one.model.index != reference?.model.index {
            write(one, reference, to: &json, &pictures)
          }
        }
      }
    }
    return Result(json: json.buffer, pictures: pictures)
  }

  private func write(
    _ one: Scored, _ reference: Scored?, to json: inout JSONWriter,
    _ pictures: inout [Int: ByteBuffer]
  ) {
    let labels = dataset.labels
    let expected =
      reference.map { other in other.scores.indices.indices.map(other.scores.top) }
      ?? one.scores.indices.map { labels[$0] }
    let classification = Classification(one.scores, expected: expected)
    let misses = classification.misses.prefix(Self.mostMisses)
    json.object { json in
      json.member("name", one.model.name)
      json.member("share", classification.accuracy / 100)
      json.member("misses") { json in
        json.array { json in
          for miss in misses {
            guard let picture = pictures[miss.index] ?? picture(miss.index) else { continue }
            pictures[miss.index] = picture
            json.object { json in
              json.member("image", miss.index)
              json.member(
                "file", dataset.file(at: miss.index)?.path.printablePath ?? "image \(miss.index)")
              json.member("expected", name(miss.expected, one.model))
              json.member("found", name(miss.found, one.model))
              json.member("probabilityOfExpected", miss.probabilityOfExpected)
              json.member("probabilityOfFound", miss.probabilityOfFound)
            }
          }
        }
      }
    }
  }

  private func name(_ index: Int, _ model: ServedModel) -> String {
    let labels = model.model.labels
    let names = labels.isEmpty ? dataset.classNames : labels
    return names.indices.contains(index) ? names[index] : "\(index)"
  }

  /// The image as the first network gets it; `nil` where it is none.
  private func picture(_ index: Int) -> ByteBuffer? {
    let model = models[0].model
    let shape = model.graph.inputShape
    guard !dataset.holdsTensors, models[0].takesImages,
      let planes = try? dataset.pixels(
        at: index, shape: shape, preprocessing: model.preprocessing),
      let picture = Picture(
        planes: planes, channels: shape.channels, height: shape.height, width: shape.width,
        isReversed: model.preprocessing.channelOrder == .bgr),
      let file = PNG.encode(
        picture.pixels, width: picture.width, height: picture.height, channels: picture.channels)
    else { return nil }
    return ByteBuffer(bytes: file)
  }
}

/// Why no image can be called wrong.
enum CaseError: Error, CustomStringConvertible {
  case nothingToCompareWith

  var description: String {
    "the data has no labels, and there is no float network to compare with (--against)"
  }
}
