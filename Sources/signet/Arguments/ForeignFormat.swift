import Foundation

/// Trained networks in files of other frameworks, which their own tools turn into ONNX.
enum ForeignFormat: CaseIterable {
  case pytorch, tensorFlowLite, keras, frozenGraph, savedModel

  /// `nil` for anything else, a model file above all.
  init?(path: String) {
    let suffix = URL(fileURLWithPath: path).pathExtension.lowercased()
    if let format = Self.allCases.first(where: { $0.suffixes.contains(suffix) }) {
      self = format
    } else if FileManager.default.fileExists(atPath: path + "/saved_model.pb") {
      self = .savedModel
    } else {
      return nil
    }
  }

  private var suffixes: [String] {
    switch self {
    case .pytorch: ["pt", "pth"]
    case .tensorFlowLite: ["tflite"]
    case .keras: ["h5", "hdf5", "keras"]
    case .frozenGraph: ["pb"]
    case .savedModel: []
    }
  }

  var name: String {
    switch self {
    case .pytorch: "a PyTorch file"
    case .tensorFlowLite: "a TensorFlow Lite file"
    case .keras: "a Keras file"
    case .frozenGraph: "a TensorFlow graph"
    case .savedModel: "a TensorFlow SavedModel"
    }
  }

  /// A line that makes an ONNX file of `file`.
  func conversion(of file: String) -> String {
    let path = ShellCommand.line([file])
    return switch self {
    case .pytorch:
      "in Python, with the network built and its weights loaded: torch.onnx.export(network, "
        + "torch.randn(1, 3, 224, 224), \"network.onnx\")"
    case .tensorFlowLite: "python -m tf2onnx.convert --tflite \(path) --output network.onnx"
    case .keras: "python -m tf2onnx.convert --keras \(path) --output network.onnx"
    case .frozenGraph:
      "python -m tf2onnx.convert --graphdef \(path) --inputs INPUT:0 --outputs OUTPUT:0 "
        + "--output network.onnx"
    case .savedModel: "python -m tf2onnx.convert --saved-model \(path) --output network.onnx"
    }
  }
}
