import SignetModel

/// How the hashing of a model went.
public struct BinarizationReport: Report {
  /// The model file that was written.
  public var output: String
  public var method: String
  /// Images that calibrated.
  public var images: Int
  public var imagesAsked: Int
  /// Images that could not be read and had others in their place.
  public var skipped: Int
  public var seconds: Double
  public var fileBytes: Int
  public var floatBytes: Int
  public var layers: [LayerRecord]
  /// What a budget of bits gave each layer, if there was one.
  public var choices: [Choice]?

  public init(
    output: String, method: String, images: Int, imagesAsked: Int? = nil, skipped: Int = 0,
    seconds: Double, fileBytes: Int, floatBytes: Int, layers: [LayerRecord],
    choices: [Choice]? = nil
  ) {
    self.output = output
    self.method = method
    self.images = images
    self.imagesAsked = imagesAsked ?? images
    self.skipped = skipped
    self.seconds = seconds
    self.fileBytes = fileBytes
    self.floatBytes = floatBytes
    self.layers = layers
    self.choices = choices
  }

  public var text: String {
    "\(layers.count) layer\(layers.count == 1 ? "" : "s") binarized with \(method) in "
      + "\(Quantity.seconds(seconds)) → \(output) (\(Quantity.bytes(fileBytes)), "
      + "\(Quantity.ratio(Double(floatBytes) / Double(max(1, fileBytes)))) smaller)"
      + (skipped == 0 ? "" : ", \(Quantity.count(skipped)) images skipped")
  }

  /// What is said while a layer is done: the columns line up from one line to the next.
  public static func line(for layer: LayerRecord, index: Int, total: Int) -> String {
    let width = String(total).count
    let position = String(index + 1).padded(to: width, .right) + "/\(total)"
    let extent = "\(layer.patchLength)×\(layer.filters)".padded(to: 9, .right)
    let flips = Quantity.count(layer.flips).description.padded(to: 9, .right)
    return "\(position)  \(layer.name.padded(to: 24, .left))  \(extent)  "
      + "error \(Quantity.fraction(layer.errorBefore)) → \(Quantity.fraction(layer.errorAfter))  "
      + "\(flips) flips" + (layer.seconds.map { "  \(Quantity.seconds($0))" } ?? "")
      + (layer.sensitivity.map { "  alone: \($0.text)" } ?? "")
  }
}

extension OutputChange {
  var text: String {
    "divergence \(Quantity.fraction(divergence)), "
      + "top-1 changed \(Quantity.percent(100 * changedTop1))"
  }
}
