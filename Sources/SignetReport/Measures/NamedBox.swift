import SignetData
import SignetModel

/// A thing that a detector found, for a reader: its class by name, its place in the image.
package struct NamedBox: Encodable, Hashable, Sendable {
  /// The class's place among the scores, a background's counted.
  package var index: Int
  /// Class name, or the index where the model has no names.
  package var name: String
  /// 0…1
  package var score: Double
  /// Left and top side in pixels of the image.
  package var x: Double
  package var y: Double
  /// In pixels of the image.
  package var width: Double
  package var height: Double

  /// - Parameters:
  ///   - region: what of the image the network saw
  ///   - size: the image's, in pixels
  ///   - name: of its class
  package init(
    _ box: DetectedBox, in region: ImageRegion, of size: (width: Int, height: Int), name: String
  ) {
    func along(_ share: Float, _ start: Double, _ extent: Double, _ limit: Int) -> Double {
      let place = min(max(start + Double(share) * extent, 0), Double(limit))
      // Tenths of a pixel are more than a detector knows.
      return (place * 10).rounded() / 10
    }
    let left = along(box.left, region.left, region.width, size.width)
    let top = along(box.top, region.top, region.height, size.height)
    index = box.index
    self.name = name
    score = Double(box.score)
    (x, y) = (left, top)
    width = along(box.right, region.left, region.width, size.width) - left
    height = along(box.bottom, region.top, region.height, size.height) - top
  }
}

extension BoxReader {
  /// What a model found in an image.
  ///
  /// - Parameters:
  ///   - outputs: of one sample, by name
  ///   - size: the image's, in pixels; `nil`: the input's
  package func named(
    _ outputs: [String: DenseTensor], of model: Model, size: (width: Int, height: Int)?
  ) -> [NamedBox] {
    let shape = model.graph.inputShape
    let size = size ?? (shape.width, shape.height)
    let region = ImageRegion(of: size, shape: shape, model.preprocessing)
    return boxes(in: outputs).map { box in
      NamedBox(box, in: region, of: size, name: name(of: box.index, labels: model.labels))
    }
  }

  /// - Parameter labels: class names, with one for the background or without; may be empty
  private func name(of index: Int, labels: [String]) -> String {
    let place = labels.count == scoreCount - 1 ? index - 1 : index
    return labels.indices.contains(place) ? labels[place] : "\(index)"
  }
}
