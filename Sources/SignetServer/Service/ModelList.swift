import SignetModel
import SignetReport

/// The models there are, as JSON.
struct ModelList {
  let models: [ServedModel]
  let hasData: Bool
  let hasRuns: Bool
  let bodyBytes: Int
  /// Of all that one request's work may take.
  let workBytes: Int

  /// Of one image, such that every model has room beside it.
  private var pixels: Int {
    let own = models.map { $0.bytes(samples: 1) }.max() ?? 0
    return max(0, (workBytes - own) / PredictionInput.bytesPerPixel)
  }

  var json: JSONWriter {
    var json = JSONWriter()
    json.object { json in
      json.member("models", arrayOf: models) { write($1, to: &$0) }
      json.member("limits") { json in
        json.object { json in
          json.member("bodyBytes", bodyBytes)
          json.member("pixels", pixels)
        }
      }
      json.member("data", hasData)
      json.member("runs", hasRuns)
    }
    return json
  }

  private func write(_ served: ServedModel, to json: inout JSONWriter) {
    let model = served.model
    json.object { json in
      json.member("name", served.name)
      json.member("file", served.file.printablePath)
      json.member("isReference", served.isReference)
      json.member("takesImages", served.takesImages)
      json.member("fileBytes", served.fileBytes)
      json.member("bitsPerWeight", model.meanBits)
      json.member("binaryLayers", model.graph.layers.count(where: model.isBinary))
      json.member("layers", model.graph.layers.count)
      json.member("inputs", arrayOf: model.graph.inputs) { json, input in
        json.object { json in
          json.member("name", input.name)
          json.member("shape", input.shape.extents)
        }
      }
      json.member("outputs", arrayOf: model.graph.outputs) { json, output in
        json.object { json in
          json.member("name", output.name)
          json.member("shape", model.graph.shape(of: output).extents)
          json.member("kind", model.outputKind(of: output).rawValue)
        }
      }
      if let boxes = served.boxes { json.member("boxes", boxes.layout.rawValue) }
      json.member("classNames", model.labels)
    }
  }
}
