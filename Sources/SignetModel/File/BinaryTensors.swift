#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What stands in a model file for one binary weight. All but codes and scales are optional, and
/// came with version 4.
struct BinaryTensors {
  static let version = 4

  let codes: SafetensorsFile.Tensor
  let scale: SafetensorsFile.Tensor
  let codeCounts: SafetensorsFile.Tensor?
  let constant: SafetensorsFile.Tensor?
  let inputScale: SafetensorsFile.Tensor?

  /// `nil` where the file has no codes under the weight's name.
  init?(_ name: String, in file: SafetensorsFile, version: Int) {
    guard let codes = file.tensors[CodesTensorName.codes(name)],
      let scale = file.tensors[CodesTensorName.scale(name)]
    else { return nil }
    self.codes = codes
    self.scale = scale
    func optional(_ name: String) -> SafetensorsFile.Tensor? {
      version >= Self.version ? file.tensors[name] : nil
    }
    codeCounts = optional(CodesTensorName.codeCounts(name))
    constant = optional(CodesTensorName.constant(name))
    inputScale = optional(CodesTensorName.inputScale(name))
  }

  var all: [SafetensorsFile.Tensor] {
    [codes, scale] + [codeCounts, constant, inputScale].compactMap { $0 }
  }

  /// The tensors that should have another shape.
  ///
  /// - Parameters:
  ///   - shape: the weight's, O × …
  ///   - inputChannels: those of all groups
  ///   - counts: K_n: O; `nil` where all filters have as many
  func defects(
    shape: [Int], inputChannels: Int, counts: [Int]?
  ) -> [ModelError.TensorDefect] {
    let filters = shape.first ?? 0
    let stride = BinaryCodes.bytesPerFilter(
      patchLength: Shape(Array(shape.dropFirst())).elementCount)
    let rows = counts.map { [$0.reduce(0, +)] } ?? [max(1, codes.shape.first ?? 1), filters]
    return [
      (codeCounts, [filters]), (codes, rows + [stride]), (scale, rows), (constant, [filters]),
      (inputScale, [inputChannels]),
    ].compactMap { tensor, expected in
      guard let tensor, tensor.shape != expected else { return nil }
      return .shape(name: tensor.name, expected: expected, found: tensor.shape)
    }
  }
}

extension BinaryCodes {
  /// What stands in the file for codes under a weight's name.
  func tensors(named name: String) -> [SafetensorsWriter.Tensor] {
    typealias Tensor = SafetensorsWriter.Tensor
    let shape = rows.areEqual ? [codeCount, filterCount] : [rows.count]
    var tensors = [
      Tensor(
        name: CodesTensorName.codes(name), elementType: .uint8, shape: shape + [bytesPerFilter],
        bytes: bytes),
      Tensor(name: CodesTensorName.scale(name), shape: shape, values: scales),
    ]
    if !rows.areEqual {
      tensors.append(
        Tensor(
          name: CodesTensorName.codeCounts(name), elementType: .uint8, shape: [filterCount],
          bytes: Data(codeCounts.map(UInt8.init))))
    }
    if let constants {
      tensors.append(
        Tensor(name: CodesTensorName.constant(name), shape: [filterCount], values: constants))
    }
    if let inputScales {
      tensors.append(
        Tensor(
          name: CodesTensorName.inputScale(name), shape: [inputScales.values.count],
          values: inputScales.values))
    }
    return tensors
  }
}
