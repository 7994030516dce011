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

  /// - Parameter isLoud: whether remarks are printed
  func matched(
    _ dataset: any ImageDataset, to model: Model, isLoud: Bool = true
  ) throws(DataError) -> any ImageDataset {
    try dataset.matched(to: model.labels, count: model.classCount, by: matchClasses) { remark in
      if isLoud { Console.warn("\(remark)") }
    }
  }
}

extension ClassMatching: ExpressibleByArgument {}
