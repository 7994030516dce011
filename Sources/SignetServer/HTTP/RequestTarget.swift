import Foundation
import SignetModel

/// Path and query of a request.
struct RequestTarget {
  /// Between the slashes, as they were sent: no name of ours has an escape.
  let segments: [String]
  private var query: [String: String] = [:]

  /// - Throws: ``RequestError`` for what is no path, or says one thing twice.
  init(_ text: String) throws(RequestError) {
    guard text.hasPrefix("/") else { throw .badRequest("expected a path that begins with /") }
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    segments = parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      .map(String.init)
    for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
      let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = words.count > 1 ? String(words[1]) : "1"
      guard query.updateValue(value, forKey: String(words[0])) == nil else {
        throw .badRequest("'\(String(words[0]).printable)' stands twice in the query")
      }
    }
  }

  /// - Throws: ``RequestError`` for a key that is none of `known`.
  func check(only known: [String]) throws(RequestError) {
    guard let stranger = query.keys.sorted().first(where: { !known.contains($0) }) else { return }
    throw .badRequest(
      "the query has '\(stranger.printable)'; expected "
        + (known.isEmpty ? "none" : known.joined(separator: ", ")))
  }

  func number(_ key: String, default value: Int, in range: ClosedRange<Int>) throws(RequestError)
    -> Int
  {
    guard let text = query[key] else { return value }
    guard let number = Int(text), range.contains(number) else {
      throw .badRequest(
        "\(key): expected \(range.lowerBound) to \(range.upperBound), found '\(text.printable)'")
    }
    return number
  }

  func isSet(_ key: String) throws(RequestError) -> Bool {
    try number(key, default: 0, in: 0...1) == 1
  }

  /// - Returns: the first of the choices where the query does not say
  func choice(_ key: String, of choices: [String]) throws(RequestError) -> String {
    guard let text = query[key] else { return choices[0] }
    guard choices.contains(text) else {
      throw .badRequest(
        "\(key): expected \(choices.joined(separator: " or ")), found '\(text.printable)'")
    }
    return text
  }
}
