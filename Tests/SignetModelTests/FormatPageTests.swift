import Foundation
import Testing

@testable import SignetModel

/// `Documentation/format.md` names all that a model file may hold, as files write it.
@Suite struct FormatPageTests {
  private static let page = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation/format.md")

  /// Rows of the page's tables: the cells of each.
  private let rows: [[String]]

  init() throws {
    rows = try String(contentsOf: Self.page, encoding: .utf8)
      .split(separator: "\n")
      .filter { $0.hasPrefix("|") }
      .map { $0.split(separator: "|").map(String.init) }
  }

  /// What stands between backticks.
  private func names(in text: String) -> Set<String> {
    let parts = text.components(separatedBy: "`")
    return Set(stride(from: 1, to: parts.count, by: 2).map { parts[$0] })
  }

  /// The row whose first cell names `name`.
  private func row(_ name: String) -> [String]? {
    rows.first { names(in: $0.first ?? "").contains(name) }
  }

  /// One operation of each kind, and more where attributes may be absent.
  private static let operations: [NodeOperation] = [
    .convolution(Convolution(inputChannels: 1, outputChannels: 1, kernel: Size2D(1))),
    .linear(Linear(inputs: 1, outputs: 1)),
    .batchNorm(BatchNorm(channels: 1)),
    .relu,
    .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2))),
    .averagePool(Pooling(kernel: Size2D(2), stride: Size2D(2))),
    .globalAveragePool, .add, .concatenate, .flatten,
    .dropout(rate: 0.5),
    .pad(Pad()),
    .slice(StridedSlice(channels: StridedSlice.Axis(end: 1))),
    .activation(.sigmoid),
    .prelu(Shape([1])),
    .affine(Affine(shape: Shape([1]))),
    .multiply,
    .localResponseNorm(LocalResponseNorm(size: 5)),
    .softmax(axis: 0),
    .reshape(Shape([1])),
    .transpose(Transposition(extents: [1], order: [0], shape: Shape([1]))),
    .logSoftmax(axis: 0),
    .spread(Size2D(2)),
    .resize(
      Resize(
        mode: .linear, height: Resize.Axis(size: 2, scale: 2),
        width: Resize.Axis(size: 2, scale: 2))),
    .binary(.divide), .select,
    .reduce(Reduction(function: .sum, extents: [2], axes: [0], shape: Shape([1]))),
    .argExtreme(ArgExtreme(isMaximum: true, extents: [2], axis: 0, shape: Shape([1]))),
    .normalize(Normalization(extents: [2], axes: [0])),
    .matrixProduct(MatrixProduct(rows: 1, inner: 1, columns: 1, shape: Shape([1]))),
    .constant(Shape([1])),
    .region(Region(axes: [Region.Axis(extent: 2)], shape: Shape([2]))),
    .selection(Selection(extents: [2], axis: 0, places: [1], shape: Shape([1]))),
    .gridSample(GridSample()),
  ]

  /// The keys of the `attributes` of a node, but for those within.
  private func attributes(of operation: NodeOperation) throws -> Set<String> {
    let data = try JSONEncoder().encode(operation)
    let node = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return Set((node["attributes"] as? [String: Any] ?? [:]).keys)
  }

  @Test func everyOperationHasARowWithItsAttributes() throws {
    #expect(Set(Self.operations.map(\.kind)) == Set(NodeOperation.Kind.allCases))
    for operation in Self.operations {
      let kind = operation.kind.rawValue
      let row = try #require(self.row(kind), "format.md has no row for \(kind)")
      let named = names(in: row.dropFirst().joined())
      for attribute in try attributes(of: operation) {
        #expect(named.contains(attribute), "\(kind) lacks \(attribute)")
      }
    }
  }

  @Test func everyFunctionHasARowWithItsNumbers() throws {
    let functions: [Activation] =
      [
        .leakyRelu(slope: 0.1), .clip(minimum: 0, maximum: 6), .sigmoid,
        .hardSigmoid(slope: 0.2, offset: 0.5), .hardSwish, .silu,
        .elu(scale: 1, gain: 1, reach: 1), .thresholdedRelu(threshold: 1), .power(exponent: 2),
      ] + Elementary.allCases.map(Activation.elementary)
    #expect(Set(functions.map(\.name)) == Set(Activation.names))
    for function in functions {
      let name = function.name
      let row = try #require(self.row(name), "format.md has no row for \(name)")
      let named = names(in: row.dropFirst().joined())
      for number in try attributes(of: .activation(function)) where number != "function" {
        #expect(named.contains(number), "\(name) lacks \(number)")
      }
    }
  }

  @Test(arguments: ModelMetadata.Key.allCases.map(\.rawValue))
  func everyKeyHasARow(key: String) {
    #expect(row(key) != nil, "format.md has no row for \(key)")
  }

  @Test func everyValueOfASmallSetIsNamed() {
    let sets: [(row: String, values: [String])] = [
      ("signet.output_kind", OutputKind.allCases.map(\.rawValue)),
      ("pad", Pad.Mode.allCases.map(\.rawValue)),
      ("binary", BinaryFunction.allCases.map(\.rawValue)),
      (
        "gridSample",
        Resize.Mode.allCases.map(\.rawValue) + GridSample.Padding.allCases.map(\.rawValue)
      ),
      ("reduce", Reduction.Function.allCases.map(\.rawValue)),
      (
        "resize",
        Resize.Mode.allCases.map(\.rawValue) + Resize.Coordinates.allCases.map(\.rawValue)
          + Resize.Rounding.allCases.map(\.rawValue)
      ),
    ]
    for (name, values) in sets {
      let named = names(in: row(name)?.dropFirst().joined() ?? "")
      for value in values { #expect(named.contains(value), "\(name) lacks \(value)") }
    }
  }
}
