import ArgumentParser
import SignetData
import SignetModel

/// Which class of the model a label of the data means.
struct ClassOptions: ParsableArguments {
  @Option(
    help: """
      How the data's classes are found among the model's: by name, where both have names, or by \
      order.
      """)
  var matchClasses: ClassMatching = .name

  /// - Parameters:
  ///   - output: whose classes are meant; `nil`: the first
  ///   - isLoud: whether remarks are printed
  func matched(
    _ dataset: any ImageDataset, to model: Model, output: GraphOutput? = nil, isLoud: Bool = true
  ) throws(DataError) -> any ImageDataset {
    let count = output.map { model.graph.shape(of: $0).elementCount } ?? model.classCount
    let names = model.labels.count == count ? model.labels : []
    return try dataset.matched(to: names, count: count, by: matchClasses) { remark in
      if isLoud { Console.warn("\(remark)") }
    }
  }
}

extension ClassMatching: ExpressibleByArgument {}
