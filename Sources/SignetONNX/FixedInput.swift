import Foundation
import SignetModel

/// Numbers that a network always gets at one of its inputs, such as the size of the image.
public struct FixedInput: Sendable, Hashable {
  /// What the file calls the input.
  public let name: String
  /// In the file's order, one for each element, or one for all.
  public let values: [Double]

  /// An input and what it always gets.
  public init(name: String, values: [Double]) {
    self.name = name
    self.values = values
  }

  /// `NAME:VALUE,…`; `nil` for anything else.
  public init?(_ text: String) {
    // Names may have colons, numbers have none.
    guard let colon = text.lastIndex(of: ":"), colon > text.startIndex else { return nil }
    let values = text[text.index(after: colon)...].split(
      separator: ",", omittingEmptySubsequences: false
    ).map { Double($0) }
    guard !values.isEmpty, values.allSatisfy({ $0?.isFinite == true }) else { return nil }
    self.init(name: String(text[..<colon]), values: values.compactMap(\.self))
  }
}

extension FixedInput: CustomStringConvertible {
  /// As it is parsed.
  public var description: String {
    name + ":" + values.map { "\($0)" }.joined(separator: ",")
  }
}

extension ProtoModel {
  /// The file with some inputs stored in it.
  ///
  /// - Throws: ``ONNXError/unsupported(file:problems:)`` for each that does not fit
  func fixing(_ inputs: [FixedInput], file: String) throws(ONNXError) -> ProtoModel {
    guard !inputs.isEmpty else { return self }
    var fixed = self
    var problems: [ONNXError.Problem] = []
    let stored = Set(graph.initializer.map(\.name))
    let declared = graph.input.filter { !stored.contains($0.name) }
    for input in inputs {
      guard let info = declared.first(where: { $0.name == input.name }) else {
        let suggestion = closestName(to: input.name, among: declared.map(\.name))
        let names = declared.map { "'\($0.name.printable)'" }.joined(separator: ", ")
        problems.append(
          .fixing(
            graph.name, operator: "inputs of",
            expected: "an input '\(input.name.printable)', as --fix-input says"
              + (suggestion.map { "; did you mean '\($0.printable)'?" } ?? ""),
            found: names.isEmpty ? "none" : names))
        continue
      }
      do throws(ONNXError.Problem) {
        fixed.graph.initializer.append(try info.tensor(of: input.values))
      } catch {
        problems.append(error)
      }
    }
    guard problems.isEmpty else { throw .unsupported(file: file, problems: problems) }
    return fixed
  }
}

extension ONNXError.Problem {
  fileprivate static func fixing(
    _ node: String, operator name: String = "input", expected: String, found: String
  ) -> ONNXError.Problem {
    ONNXError.Problem(
      .input, node: node, operator: name, attribute: nil, expected: expected, found: found)
  }
}

extension ProtoValueInfo {
  /// The input's value; a batch that is left open is one sample.
  fileprivate func tensor(of values: [Double]) throws(ONNXError.Problem) -> ProtoTensor {
    let declared = self.type.tensorType.shape.dim.map { Int($0.dimValue) }
    var extents = declared.enumerated().map { $0 == 0 && $1 < 1 ? 1 : $1 }
    let known = extents.reduce(1) {
      $1 < 1 ? $0 : $0.multipliedReportingOverflow(by: $1).partialValue
    }
    if let open = extents.firstIndex(where: { $0 < 1 }), known > 0, values.count % known == 0 {
      extents[open] = values.count / known
    }
    let count = extents.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    guard extents.allSatisfy({ $0 > 0 }),
      values.count == 1 && count < 1 << 20 || values.count == count
    else {
      let shape = declared.map { $0 < 1 ? "?" : "\($0)" }.joined(separator: "×")
      throw .fixing(
        name, expected: "--fix-input with a number for each element of \(shape), or one for all",
        found: "\(values.count)")
    }
    let all = values.count == count ? values : Array(repeating: values[0], count: count)
    guard let bytes = all.bytes(typeCode: self.type.tensorType.elemType) else {
      throw .fixing(
        name, expected: "--fix-input with numbers that its element type has",
        found: values.prefix(8).map { "\($0)" }.joined(separator: ", ")
          + " for element type \(self.type.tensorType.elemType)")
    }
    var tensor = ProtoTensor()
    tensor.name = name
    tensor.dataType = self.type.tensorType.elemType
    tensor.dims = extents.map(Int64.init)
    tensor.rawData = bytes
    return tensor
  }
}

extension [Double] {
  /// As ONNX stores them; `nil` where a number is none of the type, or the type is not known.
  fileprivate func bytes(typeCode: Int32) -> Data? {
    func whole<Number: FixedWidthInteger>(_: Number.Type) -> Data? {
      let numbers = compactMap { Number(exactly: $0)?.littleEndian }
      return numbers.count == count ? numbers.withUnsafeBytes { Data($0) } : nil
    }
    switch typeCode {
    case 1: return map { Float($0).bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
    case 2, 9: return whole(UInt8.self)
    case 3: return whole(Int8.self)
    case 6: return whole(Int32.self)
    case 7: return whole(Int64.self)
    case 11: return map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
    default: return nil
    }
  }
}
