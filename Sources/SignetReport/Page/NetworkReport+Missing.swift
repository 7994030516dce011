/// What the page does not show, and what would add it.
extension NetworkReport {
  var missing: Markup {
    let hints = hints
    guard !hints.isEmpty else { return .nothing }
    let items: [Markup] = hints.map { "<li>\($0.what): <code>\($0.option)</code></li>" }
    return """
      <section aria-labelledby="missing">
      <h2 id="missing">Not on this page</h2>
      <ul>
      \(items)
      </ul>
      </section>
      """
  }

  /// In the page's order.
  var hints: [(what: String, option: String)] {
    var hints: [(String, String)] = []
    if float == nil {
      hints.append(("What was lost beside the float network, and its filters", "--against FLOAT"))
    }
    if float != nil, data != nil, deviations.isEmpty {
      hints.append(
        (
          "Error through the network, and filters",
          "--against the network that this one was made of"
        ))
    }
    if data == nil {
      hints.append(("Mistakes, and the error through the network", "--data KIND:PATH"))
    } else if data?.isLabelled == false {
      hints.append(("Accuracy and the right classes", "--data with labels"))
    }
    if subject.model.layerFigures.contains(where: \.isBinary) {
      if errors == nil {
        hints.append(("Error per layer", "a model of signet binarize, which records it"))
      } else if subject.model.provenance.layerRecords.allSatisfy({ $0.sensitivity == nil }) {
        hints.append(("What each layer alone does to the output", "signet binarize --sensitivity"))
      }
    }
    if subject.milliseconds == nil { hints.append(("Times", "--seconds 1")) }
    if metrics.isEmpty, subject.model.provenance.steps.contains(where: { $0.verb != "import" }) {
      hints.append(
        ("How training went", "--metrics FILE, which --log of train and finetune writes"))
    }
    if others.isEmpty {
      hints.append(("Several models side by side", "signet report MODEL MODEL …"))
    }
    return hints
  }
}
