import SignetModel

/// The programs of the last few extents that a network was run with.
///
/// Not safe to use from two threads at once; ``Engine`` holds a lock around it.
final class ProgramCache: @unchecked Sendable {
  private let model: Model
  private var options: Engine.Options
  private let kernels: KernelSet
  /// The one used last comes first.
  private var programs: [SizedProgram] = []
  private(set) var planCount = 0

  /// Each holds the network's weights, laid out for its kernels.
  static let capacity = 4

  init(model: Model, options: Engine.Options, kernels: KernelSet) {
    self.model = model
    self.options = options
    self.kernels = kernels
  }

  /// Plans anew for more threads that are lent.
  func plan(forThreads threads: Int) {
    guard options.borrowsThreads, threads > options.threads else { return }
    options.threads = min(threads, Engine.Options.threadRange.upperBound)
    programs.removeAll()
  }

  /// - Parameter shapes: of the inputs, without the batch
  func program(for shapes: [Shape]) throws(EngineError) -> SizedProgram {
    if let place = programs.firstIndex(where: { $0.shapes == shapes }) {
      if place > 0 { programs.insert(programs.remove(at: place), at: 0) }
      return programs[0]
    }
    let made = try planned(for: shapes)
    if programs.count >= Self.capacity { programs.removeLast() }
    programs.insert(made, at: 0)
    return made
  }

  private func planned(for shapes: [Shape]) throws(EngineError) -> SizedProgram {
    let model = try resized(to: shapes)
    var planner = Planner(model: model, budget: try options.budget())
    try planner.plan()
    let program = try Program(
      planner: planner, kernels: kernels, threads: options.threads,
      borrowsThreads: options.borrowsThreads, maximumBatch: options.maximumBatch,
      isExact: options.isExact)
    planCount += 1
    let outputs = model.graph.outputs.map {
      GraphInput(name: $0.name, shape: model.graph.shape(of: $0))
    }
    return SizedProgram(shapes: shapes, outputs: outputs, program: program)
  }

  private func resized(to shapes: [Shape]) throws(EngineError) -> Model {
    let named = Dictionary(
      zip(model.graph.inputs.map(\.name), shapes), uniquingKeysWith: { first, _ in first })
    do {
      let graph = try model.graph.resized(to: named)
      return graph == model.graph ? model : try model.with(graph: graph)
    } catch {
      throw .sizes(reason: "\(error)")
    }
  }
}
