import Crypto
import Foundation
import SignetModel

extension NetworkReport {
  /// The page as a file of its own: it loads nothing, runs nothing and sends nothing.
  package var html: Data { Data(page.text.utf8) }

  private var page: Markup {
    let sections = [
      comparison, network, sizes, errors, deviation, mistakes, outputs, filters, timing, history,
      origin,
    ].compactMap { $0 }
    let links: [Markup] = sections.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <title>\(subject.name.printable) – Signet</title>
      <style>\(Self.styles)</style>
      </head>
      <body>
      <a class="skip" href="#main">To the content</a>
      <header>
      <h1>\(subject.name.printable)</h1>
      <p class="quiet">\(summary)</p>
      </header>
      <main id="main">
      <section aria-labelledby="findings">
      <h2 id="findings">In short</h2>
      \(findings)
      </section>
      <nav aria-label="Parts of this page"><ul>\(links)</ul></nav>
      \(sections.map(\.markup))
      \(missing)
      </main>
      <footer><p class="quiet">Written by \(author). This page is one file; it loads nothing and sends \
      nothing.</p></footer>
      </body>
      </html>

      """
  }

  /// Only this style sheet counts and only pictures within the page are shown; whatever else might
  /// get in is inert.
  private static var policy: String {
    let digest = Data(SHA256.hash(data: Data(styles.text.utf8))).base64EncodedString()
    return "default-src 'none'; style-src 'sha256-\(digest)'; img-src data:; base-uri 'none'; "
      + "form-action 'none'"
  }

  private static var styles: Markup {
    "\(Stylesheet.page)\n\(Stylesheet.charts)\n\(Stylesheet.lanes)"
  }

  private var summary: String {
    let graph = subject.model.graph
    let inputs = graph.inputs.map { "\($0.name.printable) \($0.pattern)" }
      .joined(separator: ", ")
    let outputs = graph.outputs.map {
      "\($0.name.printable) \(graph.shape(of: $0)) (\(subject.model.outputKind(of: $0).rawValue))"
    }.joined(separator: ", ")
    let layers = subject.model.layerFigures
    let binary = layers.count(where: \.isBinary)
    return "\(layers.count) convolutions and linear layers, \(binary) of them binary. "
      + "In: \(inputs). Out: \(outputs)."
  }
}
