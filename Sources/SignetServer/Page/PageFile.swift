import SignetReport

/// A file of the page, held in memory.
struct PageFile: Hashable, Sendable {
  private let contentType: String
  private let text: String

  static func named(_ name: String) -> PageFile? { all[name] }

  private static let all: [String: PageFile] = [
    "": PageFile(contentType: "text/html; charset=utf-8", text: PageText.html),
    "app.css": PageFile(
      contentType: "text/css; charset=utf-8",
      text: [Stylesheet.page.text, Stylesheet.charts.text, PageText.styles]
        .joined(separator: "\n")),
    "app.js": PageFile(
      contentType: "text/javascript; charset=utf-8",
      text: [
        PageText.basics, PageText.outputs, PageText.boxes, PageText.models, PageText.images,
        PageText.camera,
        PageText.cases, PageText.charts, PageText.runs, PageText.start,
      ].joined(separator: "\n")),
  ]

  var response: Response { Response(text, contentType: contentType) }
}

/// The texts of the page's files. What a model, a file or a run is called gets into the page as the
/// text of an element alone.
enum PageText {}
