import SignetData
import SignetModel

/// A model under the name that requests call it by.
package struct ServedModel: Sendable {
  /// Letters, digits, `.`, `_` and `-`.
  package let name: String
  /// As the user named it.
  package let file: String
  package let model: Model
  package let fileBytes: Int
  /// Whether it is there to compare others with.
  package let isReference: Bool
  /// `nil` for what is no detector.
  let boxes: BoxReader?
  /// Its place among those that are served.
  let index: Int

  /// What a model file is called, and what is in it.
  package struct Source {
    package var path: String
    package var model: Model
    package var fileBytes: Int
    package var isReference: Bool
    /// How its outputs become boxes; `nil` for what is no detector.
    package var boxes: BoxReader?

    package init(
      path: String, model: Model, fileBytes: Int, isReference: Bool, boxes: BoxReader? = nil
    ) {
      (self.path, self.model, self.fileBytes) = (path, model, fileBytes)
      (self.isReference, self.boxes) = (isReference, boxes)
    }
  }

  /// Gives each a name of its own: its file's, without what a path could not hold.
  package static func named(_ sources: [Source]) -> [ServedModel] {
    var taken: Set<String> = []
    return sources.enumerated().map { index, source in
      let stem = plainName(of: source.path)
      var name = stem
      var suffix = 2
      while !taken.insert(name).inserted {
        name = "\(stem)-\(suffix)"
        suffix += 1
      }
      return ServedModel(
        name: name, file: source.path, model: source.model, fileBytes: source.fileBytes,
        isReference: source.isReference, boxes: source.boxes, index: index)
    }
  }

  private static func plainName(of path: String) -> String {
    let file = path.split(separator: "/").last ?? "model"
    let stem = file.split(separator: ".", omittingEmptySubsequences: false).dropLast()
      .joined(separator: ".")
    let plain = (stem.isEmpty ? String(file) : stem).unicodeScalars.prefix(80).map { scalar in
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain || "._-".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
    }
    let name = String(plain.drop { ".-".contains($0) })
    return name.isEmpty ? "model" : name
  }

  /// Whether images can be its input.
  var takesImages: Bool {
    let shape = model.graph.inputShape
    return model.graph.inputs.count == 1 && model.preprocessing.channelOrder != .none
      && shape.isMap && [1, 3].contains(shape.channels)
  }

  /// Elements of all inputs, and of all outputs, of one sample.
  var elementCounts: (inputs: Int, outputs: Int) {
    (
      model.graph.inputs.reduce(0) { $0 + $1.shape.elementCount },
      model.graph.outputs.reduce(0) { $0 + model.graph.shape(of: $1).elementCount }
    )
  }
}
