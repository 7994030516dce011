import Foundation
import SignetModel

extension Architecture {
  /// The network with weights trained elsewhere, from a safetensors file with PyTorch's names.
  ///
  /// The number of classes is the file's. Half-precision and double tensors are converted;
  /// counters of batches and the weights of auxiliary classifiers are left out, and so is the
  /// `module.` PyTorch's data parallelism puts before every name.
  ///
  /// - Parameter preprocessing: how an image becomes the input; `nil` takes the usual one.
  /// - Throws: ``ZooError`` with every tensor that is missing, misshapen or left over.
  public func model(
    weights url: URL, preprocessing: Preprocessing? = nil
  ) throws(ZooError) -> Model {
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(contentsOf: url)
    } catch {
      throw .file(error)
    }
    guard !file.isModel else { throw .isModel(path: file.path) }
    let tensors = trainedTensors(of: file)
    let graph = try checkedGraph(inputShape: nil, classes: foundClassCount(tensors))
    var weights: [String: Weight] = [:]
    for (name, tensor) in tensors {
      let values = file.values(of: tensor)
      if let index = values.firstNonFiniteIndex {
        throw .value(path: file.path, tensor: name, index: index, found: values.array[index])
      }
      weights[name] = try weight(name, shape: tensor.shape, values: values, path: file.path)
    }
    return try model(
      graph: graph, weights: weights, preprocessing: preprocessing, path: file.path)
  }

  /// The file's tensors by the names the network knows them under.
  private func trainedTensors(of file: SafetensorsFile) -> [String: SafetensorsFile.Tensor] {
    let wrapper = "module."
    let isWrapped = file.tensors.keys.allSatisfy { $0.hasPrefix(wrapper) }
    var tensors: [String: SafetensorsFile.Tensor] = [:]
    for (key, tensor) in file.tensors {
      let name = isWrapped ? String(key.dropFirst(wrapper.count)) : key
      let isCounter = name.hasSuffix(".num_batches_tracked")
      let isAuxiliary = self == .googlenet && (name.hasPrefix("aux1.") || name.hasPrefix("aux2."))
      if !isCounter, !isAuxiliary { tensors[name] = tensor }
    }
    return tensors
  }

  /// The outputs of the last layer's weight in the file; `nil` if it is not there, so that it is
  /// missed with its usual shape.
  private func foundClassCount(_ tensors: [String: SafetensorsFile.Tensor]) -> Int? {
    guard let output = try? graph().output, let shape = tensors["\(output).weight"]?.shape,
      shape.count == 2, shape[0] > 0
    else { return nil }
    return shape[0]
  }
}
