import Testing

@testable import SignetReport

@Suite struct MarkupTests {
  @Test func literalsAreMarkupAndValuesAreText() {
    let name = "<script>alert('1')</script>\"]]>&"
    let markup: Markup = "<p title=\"\(name)\">\(name)</p>"
    let escaped =
      "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;]]&gt;&amp;"
    #expect(markup.text == "<p title=\"\(escaped)\">\(escaped)</p>")
  }

  @Test func markupWithinMarkupStaysMarkup() {
    let inner: Markup = "<b>\("a&b")</b>"
    let outer: Markup = "<p>\(inner)\([inner, .nothing, inner])</p>"
    #expect(outer.text == "<p><b>a&amp;b</b><b>a&amp;b</b>\n<b>a&amp;b</b></p>")
  }

  @Test func whatSteersDocumentsIsWrittenOut() {
    let markup: Markup = "\("a\u{0}b\u{202e}c\u{1b}d")"
    #expect(markup.text == "a\\u{0}b\\u{202e}c\\u{1b}d")
  }

  @Test func tablesEscapeTitlesAndCells() {
    let table = Table(
      [Table.Column("<i>", .left), Table.Column("n")], rows: [["<b>", "1"], ["c\"", "2"]])
    let text = table.html(caption: "a \"b\" <c>").text
    #expect(text.contains("<caption>a &quot;b&quot; &lt;c&gt;</caption>"))
    #expect(text.contains("<th scope=\"col\">&lt;i&gt;</th>"))
    #expect(text.contains("<th scope=\"row\">&lt;b&gt;</th>\n<td class=\"number\">1</td>"))
    #expect(!text.contains("<i>") && !text.contains("<b>"))
  }
}
