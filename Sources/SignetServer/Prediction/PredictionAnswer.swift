import Foundation
import NIOCore
import SignetData
import SignetModel
import SignetReport

/// What a network made of a request's samples, as JSON.
struct PredictionAnswer {
  struct Milliseconds {
    /// In the queue.
    var queue: Double
    /// From bytes to input.
    var input: Double
    /// Of the network.
    var run: Double
  }

  let prediction: Prediction
  let count: Int
  let outputs: [String: DenseTensor]
  /// The image's, in pixels; `nil` for tensors.
  let imageSize: (width: Int, height: Int)?
  let layers: [(name: String, kernel: String, milliseconds: Double)]?
  let milliseconds: Milliseconds

  var json: JSONWriter {
    let model = prediction.model
    let numbers = outputs.values.reduce(0) { $0 + $1.values.count }
    var json = JSONWriter(
      capacity: 4096 + (prediction.drawsMaps ? 0 : numbers * JSONWriter.bytesPerFloat))
    json.object { json in
      json.member("model", model.name)
      json.member("samples", count)
      json.member("outputs") { json in
        json.array { json in
          for output in model.model.graph.outputs {
            if let tensor = outputs[output.name] { write(output, tensor, to: &json) }
          }
        }
      }
      if let reader = model.boxes, count == 1 { write(reader, to: &json) }
      json.member("milliseconds", milliseconds.run)
      json.member("inputMilliseconds", milliseconds.input)
      json.member("queueMilliseconds", milliseconds.queue)
      if let layers {
        json.member("layers", arrayOf: layers) { json, layer in
          json.object { json in
            json.member("name", layer.name)
            json.member("kernel", layer.kernel)
            json.member("milliseconds", layer.milliseconds)
          }
        }
      }
    }
    return json
  }

  /// What a detector found, in pixels of the image.
  private func write(_ reader: BoxReader, to json: inout JSONWriter) {
    let model = prediction.model.model
    let shape = model.graph.inputShape
    json.member(
      "imageSize", imageSize.map { [$0.width, $0.height] } ?? [shape.width, shape.height])
    json.member("boxes", arrayOf: reader.named(outputs, of: model, size: imageSize)) { json, box in
      json.object { json in
        json.member("index", box.index)
        json.member("name", box.name)
        json.member("score", box.score)
        json.member("x", box.x)
        json.member("y", box.y)
        json.member("width", box.width)
        json.member("height", box.height)
      }
    }
  }

  private func write(_ output: GraphOutput, _ tensor: DenseTensor, to json: inout JSONWriter) {
    let model = prediction.model.model
    let kind = model.outputKind(of: output)
    let map = kind == .map && prediction.drawsMaps ? OutputMap(output, of: model) : nil
    let isShownAsBoxes =
      prediction.drawsMaps && count == 1
      && prediction.model.boxes?.outputs.contains(output.name) == true
    json.object { json in
      json.member("name", output.name)
      json.member("kind", kind.rawValue)
      json.member("shape", count == 1 ? Array(tensor.extents.dropFirst()) : tensor.extents)
      if let map, let pictures = pictures(of: tensor, map) {
        json.member("pictures", arrayOf: pictures) { $0.base64($1) }
        return
      }
      guard !isShownAsBoxes else { return }
      if kind.isOfClasses { writeClasses(of: tensor, kind, to: &json) }
      json.member("values", arrayOf: tensor.values) { $0.number($1) }
    }
  }

  /// Of the first sample; of several, of each.
  private func writeClasses(
    of tensor: DenseTensor, _ kind: OutputKind, to json: inout JSONWriter
  ) {
    let size = count > 0 ? tensor.values.count / count : 0
    func write(_ sample: Int, _ json: inout JSONWriter) {
      let scores = Array(tensor.values[sample * size..<(sample + 1) * size])
      let candidates = ClassCandidate.ranked(
        scores, areProbabilities: kind == .probabilities, labels: prediction.model.model.labels,
        count: prediction.top)
      json.array { json in
        for candidate in candidates {
          json.object { json in
            json.member("index", candidate.index)
            json.member("name", candidate.name)
            json.member("probability", candidate.probability)
          }
        }
      }
    }
    json.member("classes") { json in
      if count == 1 {
        write(0, &json)
      } else {
        json.array { json in
          for sample in 0..<count { write(sample, &json) }
        }
      }
    }
  }

  /// A PNG file per sample, in base64.
  private func pictures(of tensor: DenseTensor, _ map: OutputMap) -> [String]? {
    let size = tensor.values.count / max(1, count)
    var pictures: [String] = []
    for sample in 0..<count {
      let values = Array(tensor.values[sample * size..<(sample + 1) * size])
      guard
        let picture = MapDrawing(map, range: values).picture(of: values),
        let file = PNG.encode(
          picture.pixels, width: picture.width, height: picture.height, channels: picture.channels)
      else { return nil }
      pictures.append(file.base64EncodedString())
    }
    return pictures
  }
}
