import ArgumentParser

/// Codes per filter: a number, or whatever keeps enough.
enum CodeCountArgument: ExpressibleByArgument, Equatable {
  case count(Int)
  case automatic

  init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let count = Int(argument) {
      self = .count(count)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .count(let count): "\(count)"
    case .automatic: "auto"
    }
  }
}
