import Foundation
import SignetModel

/// A piece of HTML or SVG. What is written in a literal is markup; what is put into one is text, and
/// escaped, unless it is markup itself. So no name of a stranger's file becomes an element.
package struct Markup: Hashable, Sendable {
  package private(set) var text: String

  /// - Parameter raw: markup that was escaped already
  private init(raw: String) {
    text = raw
  }

  /// One after the other, a line each.
  package init(_ parts: [Markup]) {
    text = parts.map(\.text).filter { !$0.isEmpty }.joined(separator: "\n")
  }

  package static let nothing: Markup = ""

  package var isEmpty: Bool { text.isEmpty }

  /// Text that means itself between tags and within quotes. What would turn the direction of writing
  /// or is no character of a document stands there as an escape.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.printableLines.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  package static func + (left: Markup, right: Markup) -> Markup {
    Markup(raw: left.text + right.text)
  }
}

extension Markup: ExpressibleByStringInterpolation {
  package init(stringLiteral value: String) {
    text = value
  }

  package init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }

    package mutating func appendInterpolation(_ markup: Markup) { text += markup.text }

    package mutating func appendInterpolation(_ parts: [Markup]) { text += Markup(parts).text }

    package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      text += Markup.escaped(value.description)
    }
  }
}
