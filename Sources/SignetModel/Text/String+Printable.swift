extension String {
  /// Characters of a name that a message shows; a name may be as long as a file.
  private static let printableLimit = 200
  /// The longest path that operating systems take.
  private static let pathLimit = 4096

  /// The text as it may stand in a message or a table: what would move the cursor, start a line or
  /// turn the direction of writing is written as `\n`, `\t` or `\u{…}`, and what is longer than a
  /// name ends in an ellipsis.
  ///
  /// Names come from files of strangers; printed as they are they could forge lines of output.
  public var printable: String { printable(limit: Self.printableLimit) }

  /// The same of a path, whole: its end says the most.
  public var printablePath: String { printable(limit: Self.pathLimit) }

  /// The same of a text of several lines, whole.
  public var printableLines: String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).printable(limit: .max) }.joined(separator: "\n")
  }

  private func printable(limit: Int) -> String {
    var result = ""
    var count = 0
    for scalar in unicodeScalars {
      guard count < limit else { return result + "…" }
      count += 1
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.isUnprintable:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  fileprivate var isUnprintable: Bool {
    guard value < 0x20 || value > 0x7e else { return false }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
