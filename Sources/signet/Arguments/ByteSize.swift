import ArgumentParser

/// A number of bytes such as `2GiB`, `512MB` or `1000000`.
struct ByteSize: ExpressibleByArgument, Hashable {
  let bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
  }

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = argument.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    guard let value = Double(digits), let factor = Self.factors[unit] else { return nil }
    let bytes = value * factor
    guard bytes >= 1, bytes < Double(Int.max) else { return nil }
    self.bytes = Int(bytes)
  }

  var defaultValueDescription: String {
    for (shift, unit) in [(30, "GiB"), (20, "MiB")] where bytes >> shift > 0 {
      if (bytes >> shift) << shift == bytes { return "\(bytes >> shift)\(unit)" }
    }
    return "\(bytes)"
  }

  private static let factors: [String: Double] = [
    "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "k": 1024, "m": 1_048_576,
    "g": 1_073_741_824, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824,
  ]
}
