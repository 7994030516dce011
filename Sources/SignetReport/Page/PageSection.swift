/// A part of the page under a heading of its own.
struct PageSection: Sendable {
  /// Within the page's address; letters and hyphens.
  let id: String
  let title: String
  /// What the part shows, in a sentence or two.
  let lead: Markup
  let body: Markup

  /// - Returns: `nil` where there is nothing to show
  init?(_ id: String, _ title: String, lead: Markup, _ body: [Markup]) {
    let body = Markup(body)
    guard !body.isEmpty else { return nil }
    self.id = id
    self.title = title
    self.lead = lead
    self.body = body
  }

  var markup: Markup {
    """
    <section aria-labelledby="\(id)">
    <h2 id="\(id)">\(title)</h2>
    <p>\(lead)</p>
    \(body)
    </section>
    """
  }
}

extension Markup {
  /// A heading within a section.
  static func heading(_ title: String) -> Markup { "<h3>\(title)</h3>" }

  static func paragraph(_ text: String) -> Markup {
    text.isEmpty ? .nothing : "<p class=\"quiet\">\(text)</p>"
  }
}
