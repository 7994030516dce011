import SignetData
import SignetModel

/// Where the network is wrong.
extension NetworkReport {
  /// More classes are shown as their commonest pairs.
  private static let mostClasses = 20
  private static let mostPairs = 20

  var mistakes: PageSection? {
    guard let classification, let data else { return nil }
    let truth = data.isLabelled ? "label" : "float network’s class"
    let right = "\(Quantity.percent(classification.accuracy))"
    return PageSection(
      "mistakes", "Right and wrong",
      lead: """
        On \(Quantity.count(classification.images)) images, \(data.name.printable), its class is the \
        \(truth) in \(right).
        """,
      [
        classification.matrix.classCount <= Self.mostClasses
          ? grid(classification) : pairs(classification),
        gallery,
      ])
  }

  private func grid(_ classification: Classification) -> Markup {
    let matrix = classification.matrix
    let classes = 0..<matrix.classCount
    let titles: [Markup] = classes.map {
      "<th scope=\"col\">\(className($0).shortened(to: 14))</th>"
    }
    let rows: [Markup] = classes.map { label in
      let cells: [Markup] = classes.map { found in
        let count = matrix[label: label, found: found]
        let style: Markup = label == found ? " class=\"right\"" : " class=\"wrong\""
        return count == 0 ? "<td></td>" : "<td\(style)>\(count)</td>"
      }
      return "<tr><th scope=\"row\">\(className(label))</th>\(cells)</tr>"
    }
    return """
      <div class="scroll" role="region" tabindex="0" aria-label="Confusion matrix">
      <table class="confusion">
      <caption>Rows are what an image is, columns what the network says</caption>
      <thead><tr><td></td>\(titles)</tr></thead>
      <tbody>
      \(rows)
      </tbody></table></div>
      """
  }

  private func pairs(_ classification: Classification) -> Markup {
    // Those that occur once are no pattern; the surest of them are shown as images.
    let confusions = classification.confusions.filter { $0.count > 1 }
    guard !confusions.isEmpty else { return .nothing }
    var table = Table([
      Table.Column("is", .left), Table.Column("taken for", .left), Table.Column("times"),
    ])
    for pair in confusions.prefix(Self.mostPairs) {
      table.append([className(pair.expected), className(pair.found), "\(pair.count)"])
    }
    return table.html(caption: "The commonest mistakes")
  }

  private var gallery: Markup {
    guard !misses.isEmpty else { return .nothing }
    let items: [Markup] = misses.map { image in
      let miss = image.miss
      let (expected, found) = (className(miss.expected), className(miss.found))
      let name = image.file ?? "image \(miss.index)"
      let picture = image.picture.map {
        $0.markup(text: "\(name): \(expected), taken for \(found)", side: 96)
      }
      return """
        <li>\(picture ?? .nothing)\
        says \(found), \(Self.whole(miss.probabilityOfFound))<br>\
        is \(expected), \(Self.whole(miss.probabilityOfExpected))<br>\
        <span class="quiet">\(name.printablePath.shortened(to: 40))</span></li>
        """
    }
    return .heading("Surest of what is wrong") + "<ul class=\"gallery\">\n\(items)\n</ul>"
  }

  private static func whole(_ probability: Double) -> String {
    probability.isFinite ? "\(Int((100 * probability).rounded())) %" : "–"
  }
}
