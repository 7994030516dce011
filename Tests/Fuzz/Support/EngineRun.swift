import Foundation
import SignetModel
import SignetRuntime

/// Plans a model from strangers on every kernel set the processor has, within a bound of memory, and
/// runs it where that takes a moment.
struct EngineRun {
  let model: Model

  /// What an engine may allocate.
  private static let memoryLimit = 32 << 20
  /// Places that windows visit, past which a run is no longer a moment.
  private static let mostVisits = 2_000_000

  /// - Throws: what an engine says of a model it cannot run.
  func run(threads: Int) throws {
    var refusal: EngineError?
    let image = [Float](repeating: 0.5, count: isShort ? model.graph.inputShape.elementCount : 0)
    for kernels in KernelSet.available {
      for isExact in [false, true] {
        do throws(EngineError) {
          let engine = try Engine(
            model: model,
            options: Engine.Options(
              threads: threads, kernels: kernels, isExact: isExact,
              memoryLimit: Self.memoryLimit))
          if isShort { _ = try engine.run(image) }
        } catch {
          refusal = error
        }
      }
    }
    if let refusal { throw refusal }
  }

  private var isShort: Bool {
    var visits = model.graph.inputShape.elementCount
    for node in model.graph.nodes {
      guard let shape = model.graph.shapes[node.name] else { return false }
      let window: Int
      switch node.operation {
      case .convolution(let attributes): window = attributes.patchLength
      case .maxPool(let attributes), .averagePool(let attributes):
        window = attributes.kernel.area
      default: window = 1
      }
      let (product, overflow) = shape.elementCount.multipliedReportingOverflow(by: window)
      visits = overflow ? .max : visits.addingReportingOverflow(product).partialValue
      guard visits >= 0, visits <= Self.mostVisits else { return false }
    }
    return true
  }
}
