/// JSON that stands as a text within a file of another format.
package enum EmbeddedJSON {
  package struct Defect: Error {
    /// Bytes from the start of the text.
    package let offset: Int
    package let reason: String
  }

  /// Finds what a decoder would not notice, or not survive: a key that stands twice in an object,
  /// and deep nesting.
  package static func check(_ text: String) throws(Defect) {
    var cursor = JSONCursor(Array(text.utf8))
    do throws(JSONCursor.Failure) {
      try cursor.skipValue()
      try cursor.expectEnd()
    } catch {
      throw Defect(offset: error.offset, reason: error.reason)
    }
  }
}
