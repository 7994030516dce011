import ArgumentParser

/// One number per channel, separated by commas: `.485,.456,.406`.
struct ChannelValues: ExpressibleByArgument, Hashable {
  let values: [Float]

  init?(argument: String) {
    var values: [Float] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      // `.485` is how people write it, `Float` wants a digit first.
      let digits = part.hasPrefix(".") ? "0" + part : String(part)
      guard let value = Float(digits), value.isFinite else { return nil }
      values.append(value)
    }
    self.values = values
  }
}
