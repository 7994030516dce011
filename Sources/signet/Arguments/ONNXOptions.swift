import ArgumentParser
import SignetONNX

/// What an ONNX file leaves open.
struct ONNXOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Extents of the input where the file leaves them open, in its own order, with or without the \
      batch: 3x224x224, 1,3,224,224 or image:1x3x224x224.
      """, valueName: "[name:]extents"))
  var inputShape: InputExtents?

  @Option(
    help: ArgumentHelp(
      "The output to take of a file that has several; what only the others need is left out.",
      valueName: "name"))
  var outputName: String?

  @Option(
    help: ArgumentHelp(
      """
      Numbers that an input always gets, such as the size of the image: im_shape:640,640. The input \
      is then none; may be given several times.
      """, valueName: "name:values"))
  var fixInput: [FixedInput] = []

  @Flag(
    help: """
      Refuse a detector that ends in non-maximum suppression. Without this it ends before that, with \
      the boxes and scores as outputs.
      """)
  var whole = false

  var choices: ONNXChoices {
    ONNXChoices(
      inputShape: inputShape, outputName: outputName, whole: whole, fixedInputs: fixInput)
  }
}

/// The same as a plain value.
struct ONNXChoices: Hashable {
  var inputShape: InputExtents?
  var outputName: String?
  var whole = false
  var fixedInputs: [FixedInput] = []

  /// The options that say it.
  var words: [String] {
    let shape = inputShape.map { shape in
      (shape.name.map { "\($0):" } ?? "") + shape.extents.map(String.init).joined(separator: "x")
    }
    return (shape.map { ["--input-shape", $0] } ?? [])
      + (outputName.map { ["--output-name", $0] } ?? [])
      + (whole ? ["--whole"] : [])
      + fixedInputs.flatMap { ["--fix-input", "\($0)"] }
  }
}

extension FixedInput: ExpressibleByArgument {
  public init?(argument: String) {
    self.init(argument)
  }
}

extension InputExtents: ExpressibleByArgument {
  public init?(argument: String) {
    self.init(argument)
  }
}
