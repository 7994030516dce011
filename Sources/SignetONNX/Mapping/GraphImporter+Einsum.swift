import Foundation
import SignetModel

/// Sums of products over named axes, as a product of matrices.
extension GraphImporter {
  static let einsumMappings: [String: Mapping] = [
    "Einsum": { importer, context throws(NodeFailure) in
      [.activation(try importer.einsum(context))]
    }
  ]

  private mutating func einsum(_ context: NodeContext) throws(NodeFailure) -> View {
    try context.requireInputs(atMost: 2)
    let text = try context.attributes.string("equation") ?? ""
    let equation = try EinsumEquation(text, operands: context.inputs.count)
    var operands: [(labels: [Character], view: View)] = []
    guard let beside = context.inputs.lazy.compactMap({ $0?.view }).first else {
      throw NodeFailure("Inputs", expected: "a value computed from the image", found: "none")
    }
    for (index, labels) in equation.inputs.enumerated() {
      switch context.input(index) {
      case .activation(let view)?:
        guard labels.first == equation.output.first, labels.count == view.dims.count + 1 else {
          throw NodeFailure(
            "equation", expected: "the batch as the first axis throughout", found: text)
        }
        operands.append((Array(labels.dropFirst()), view))
      case .constant(let constant)?:
        let tensor = try constant.perImage("Inputs").asFloats
        guard labels.count == tensor.dims.count, labels.first != equation.output.first else {
          throw NodeFailure("equation", expected: "a constant without the batch", found: text)
        }
        let name = "\(context.name()).constant"
        let view = try self.constant(tensor, dims: tensor.dims, beside: beside, name)
        operands.append((labels, view))
      default: throw NodeFailure("Inputs", expected: "tensors", found: "others")
      }
    }
    let output = Array(equation.output.dropFirst())
    for index in operands.indices {
      // What one operand alone has and the result lacks is summed first.
      let others = output + operands.indices.filter { $0 != index }.flatMap { operands[$0].labels }
      let (labels, view) = operands[index]
      let axes = labels.indices.filter { !others.contains(labels[$0]) }
      guard !axes.isEmpty else { continue }
      operands[index] = (
        labels.filter(others.contains),
        try reduced("\(context.name()).sum", view, .sum, axes: axes, keeps: false)
      )
    }
    guard operands.count == 2 else {
      return try arranged(operands[0].view, operands[0].labels, as: output)
    }
    return try product(context, operands[0], operands[1], output)
  }

  private typealias Operand = (labels: [Character], view: View)

  private mutating func product(
    _ context: NodeContext, _ left: Operand, _ right: Operand, _ output: [Character]
  ) throws(NodeFailure) -> View {
    var extents: [Character: Int] = [:]
    for (labels, view) in [left, right] {
      for (label, extent) in zip(labels, view.dims) {
        guard extents.updateValue(extent, forKey: label) ?? extent == extent else {
          throw NodeFailure("equation", expected: "one extent per letter", found: "several")
        }
      }
    }
    let shared = left.labels.filter { right.labels.contains($0) }
    let batch = shared.filter(output.contains)
    let inner = shared.filter { !output.contains($0) }
    let rows = left.labels.filter { !shared.contains($0) }
    let columns = right.labels.filter { !shared.contains($0) }
    func count(_ labels: [Character]) -> Int { labels.map { extents[$0] ?? 1 }.reduce(1, *) }
    let one = try ordered(try arranged(left.view, left.labels, as: batch + rows + inner))
      .reshaped([count(batch), count(rows), count(inner)])
    let other = try ordered(try arranged(right.view, right.labels, as: batch + inner + columns))
      .reshaped([count(batch), count(inner), count(columns)])
    let result = batch + rows + columns
    let product = try matrixProduct(context.name(), one, other)
      .reshaped(result.map { extents[$0] ?? 1 })
    return try arranged(product, result, as: output)
  }

  /// The axes in another order.
  private mutating func arranged(
    _ view: View, _ labels: [Character], as wanted: [Character]
  ) throws(NodeFailure) -> View {
    let order = wanted.compactMap(labels.firstIndex(of:))
    return try permuted(view, order)
  }
}

/// The letters of an Einsum's axes.
struct EinsumEquation {
  let inputs: [[Character]]
  let output: [Character]

  /// - Throws: if letters repeat within a term, stand for several axes or are missing
  init(_ text: String, operands: Int) throws(NodeFailure) {
    let wanted = "one term of distinct letters per operand, without ellipses"
    let equation = text.filter { $0 != " " }
    let sides = equation.components(separatedBy: "->")
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    guard sides.count <= 2, terms.count == operands else {
      throw NodeFailure("equation", expected: wanted, found: text)
    }
    let all = terms.flatMap(\.self)
    let once = Set(all).filter { letter in all.filter { $0 == letter }.count == 1 }
    let result = sides.count == 2 ? Array(sides[1]) : once.sorted()
    guard
      (terms + [result]).allSatisfy({ term in
        !term.isEmpty && term.allSatisfy(\.isLetter) && Set(term).count == term.count
      }), result.allSatisfy(all.contains)
    else {
      throw NodeFailure("equation", expected: wanted, found: text)
    }
    inputs = terms
    output = result
  }
}
