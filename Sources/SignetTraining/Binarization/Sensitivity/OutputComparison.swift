import SignetModel
import Torch

/// What a network says about some images in one of its outputs.
enum OutputValues {
  /// - logarithms: ln p, N × classes
  /// - top1: the class of highest score, N
  case classes(logarithms: Tensor, top1: Tensor)
  /// N × elements
  case values(Tensor)

  /// - Parameter output: N × elements
  init(_ output: Tensor, kind: OutputKind) throws(TorchError) {
    guard kind.isOfClasses else {
      self = .values(output)
      return
    }
    self = .classes(
      logarithms: try output.to(.float64).logSoftmax(1), top1: try output.argmax(1))
  }

  /// Of all outputs.
  static func all(
    _ outputs: [Tensor], kinds: [OutputKind]
  ) throws(TorchError) -> [OutputValues] {
    var values: [OutputValues] = []
    for (output, kind) in zip(outputs, kinds) {
      values.append(try OutputValues(output, kind: kind))
    }
    return values
  }
}

/// Sums up how one network's outputs differ from another's.
struct OutputComparison {
  /// Of one output.
  private struct Sums {
    /// Of KL(p ‖ p̂), or of ‖y − ŷ‖².
    var difference = 0.0
    /// ‖y‖²; not of classes.
    var energy = 0.0
    /// Images of the same class.
    var same = 0.0
    var isOfClasses = true
  }

  private var outputs: [Sums] = []
  private var images = 0

  /// Adds what two networks say about the same images, output by output.
  mutating func add(
    _ changed: [OutputValues], to original: [OutputValues], images count: Int
  ) throws(TorchError) {
    if outputs.isEmpty { outputs = Array(repeating: Sums(), count: original.count) }
    images += count
    for (index, values) in zip(original, changed).enumerated() {
      switch values {
      case (.classes(let logP, let top1), .classes(let logQ, let changedTop1)):
        outputs[index].difference += try (logP.exp() * (logP - logQ)).sum().item()
        outputs[index].same += try top1.eq(changedTop1).to(.float64).sum().item()
      case (.values(let y), .values(let changed)):
        outputs[index].isOfClasses = false
        outputs[index].difference += try (y - changed).square().to(.float64).sum().item()
        outputs[index].energy += try y.square().to(.float64).sum().item()
      default: break
      }
    }
  }

  /// Adds what was summed up over other images.
  mutating func add(_ other: OutputComparison) {
    if outputs.isEmpty { outputs = Array(repeating: Sums(), count: other.outputs.count) }
    for (index, sums) in other.outputs.enumerated() {
      outputs[index].difference += sums.difference
      outputs[index].energy += sums.energy
      outputs[index].same += sums.same
      outputs[index].isOfClasses = sums.isOfClasses
    }
    images += other.images
  }

  /// The means over all images and outputs; `nil` where outputs were not finite.
  var change: OutputChange? {
    let count = Double(max(1, images))
    let differences = outputs.map { sums in
      // An output of zeros can differ by no multiple of itself.
      let whole = sums.isOfClasses ? count : max(sums.energy, .leastNormalMagnitude)
      return sums.difference / whole
    }
    let mean = differences.reduce(0, +) / Double(max(1, differences.count))
    guard mean.isFinite else { return nil }
    let same = outputs.filter(\.isOfClasses).map { $0.same / count }
    // Rounding may leave a sum of zeros just below zero.
    return OutputChange(
      divergence: max(0, mean),
      changedTop1: same.isEmpty ? nil : 1 - same.reduce(0, +) / Double(same.count))
  }
}
