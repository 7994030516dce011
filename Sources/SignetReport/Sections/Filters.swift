import SignetModel

/// Filters as pictures, beside the float network's.
extension NetworkReport {
  private static let layersShown = 3
  private static let filtersShown = 4

  var filters: PageSection? {
    guard let float else { return nil }
    let layers = subject.model.graph.layers.filter { node in
      guard subject.model.isBinary(node), let own = subject.model.weight(.weight, of: node),
        let other = float.model.weights[node.parameterName(.weight)]
      else { return false }
      return own.shape == other.shape && FilterPicture(shape: own.shape) != nil
    }
    guard !layers.isEmpty else { return nil }
    let places = Set([0, layers.count / 2, layers.count - 1].prefix(Self.layersShown)).sorted()
    return PageSection(
      "filters", "Filters",
      lead: """
        A few filters of the first, a middle and the last binary layer: what they were in float and \
        what the codes make of them. A square is an input channel (at most 16 of them); black is \
        negative, white positive.
        """,
      places.flatMap { pictures(of: layers[$0], float: float.model) })
  }

  private func pictures(of node: Node, float: Model) -> [Markup] {
    guard let own = subject.model.weight(.weight, of: node),
      let other = float.weights[node.parameterName(.weight)],
      let drawing = FilterPicture(shape: own.shape)
    else { return [] }
    let (ours, theirs) = (own.floats, other.floats)
    let length = own.elementCount / max(1, own.shape[0])
    let items: [Markup] = (0..<min(Self.filtersShown, own.shape[0])).map { filter in
      let range = filter * length..<(filter + 1) * length
      let pair: [Markup] = [("float", theirs), ("binary", ours)].compactMap { title, values in
        drawing.picture(of: values[range])?.markup(
          text: "\(node.name.printable), filter \(filter), \(title)", side: 64)
      }
      return
        "<li><div class=\"strip\">\(pair)</div><span class=\"quiet\">filter \(filter)</span></li>"
    }
    return [.heading(node.name.printable), "<ul class=\"gallery\">\n\(items)\n</ul>"]
  }
}
