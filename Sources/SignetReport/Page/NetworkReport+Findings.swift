import Foundation
import SignetModel

/// What a stranger looks for first, a sentence each.
extension NetworkReport {
  package struct Finding: Hashable, Sendable {
    /// A few words or a number.
    package var figure: String
    package var sentence: String
  }

  /// Those there are numbers for.
  package var allFindings: [Finding] {
    [size, speed, accuracy, worstLayer, mistake].compactMap { $0 }
  }

  var findings: Markup {
    let items: [Markup] = allFindings.map {
      "<li><strong>\($0.figure)</strong>\($0.sentence)</li>"
    }
    return "<ul class=\"findings\">\n\(items)\n</ul>"
  }

  var size: Finding {
    let ratio = Double(floatBytes) / Double(max(1, subject.fileBytes))
    let bytes = "\(Quantity.bytes(subject.fileBytes))"
    let before = "\(Quantity.bytes(floatBytes))"
    let bits = ChartNumber.place((subject.model.meanBits * 100).rounded() / 100)
    guard ratio > 1.005 else {
      return Finding(
        figure: bytes, sentence: "The file's size; \(bits) bits per weight in its layers.")
    }
    return Finding(
      figure: "\(Quantity.ratio(ratio)) smaller",
      sentence: "\(bytes) instead of \(before) in float; \(bits) bits per weight in its layers."
        + restOfFile)
  }

  /// Where the bits per weight do not explain the file's size.
  private var restOfFile: String {
    let layers = subject.model.layerFigures.reduce(0) { $0 + $1.bytes }
    let rest = subject.fileBytes - layers
    guard rest > subject.fileBytes / 4 else { return "" }
    return
      " The rest, \(Quantity.bytes(rest)), is batch norms, names and the graph, of which signet "
      + "export folds what it can."
  }

  var speed: Finding? {
    guard let own = subject.milliseconds, let machine else { return nil }
    let place = machine.processor.isEmpty ? "this processor" : machine.processor
    let threads = "\(machine.threads) thread" + (machine.threads == 1 ? "" : "s")
    let setting = "measured here, one image, \(threads), \(place) (\(machine.kernels))"
    let time = "\(Quantity.milliseconds(own))"
    guard let floatTime = floatMilliseconds, floatTime > 0, own > 0,
      subject.model.layerFigures.contains(where: \.isBinary)
    else { return Finding(figure: time, sentence: "For one image: \(setting).") }
    let ratio = floatTime / own
    let figure =
      ratio >= 1
      ? "\(Quantity.ratio(ratio)) faster" : "\(Quantity.ratio(1 / max(ratio, 1e-9))) slower"
    return Finding(
      figure: figure,
      sentence: "\(time) instead of \(Quantity.milliseconds(floatTime)) in float, both in Signet’s "
        + "engine: \(setting).")
  }

  var accuracy: Finding? {
    guard let data else { return nil }
    let images = data.name.printable
    let agreement = subject.agreement.map {
      " It names the same class as the float network on \(Quantity.percent($0))."
    }
    if let own = subject.accuracy {
      let before = float?.accuracy
      let figure =
        before.map { Self.difference(own - $0) } ?? "\(Quantity.percent(own)) right"
      let float = before.map { " instead of \(Quantity.percent($0)) in float" } ?? ""
      return Finding(
        figure: figure,
        sentence: "\(Quantity.percent(own)) top-1\(float), on \(images)"
          + "\(Self.uncertainty([own, before ?? own], images: data.images)).\(agreement ?? "")")
    }
    if let own = subject.agreement {
      return Finding(
        figure: "\(Quantity.percent(own)) the same",
        sentence: "So often its class is the float network’s, on \(images).")
    }
    guard let worst = fidelity.max(by: { $0.relativeError < $1.relativeError }) else { return nil }
    return Finding(
      figure: "\(Quantity.percent(100 * worst.relativeError)) off",
      sentence: "So far output \(worst.name.printable) is from the float network’s "
        + "(rms), on \(images).")
  }

  /// What few images leave open: two standard deviations of the less certain share.
  private static func uncertainty(_ percents: [Double], images: Int) -> String {
    let variances = percents.map { max(0, $0 / 100 * (1 - $0 / 100)) / Double(max(1, images)) }
    let deviation = (variances.max() ?? 0).squareRoot()
    guard images > 0, deviation > 0.0025 else { return "" }
    return ", so few that either is known to ± \(String(format: "%.1f", 200 * deviation)) points"
  }

  private static func difference(_ points: Double) -> String {
    let amount = Quantity.percent(abs(points)).description.dropLast(2)
    return points < -0.005
      ? "\(amount) points lost" : points > 0.005 ? "\(amount) points won" : "No point lost"
  }

  /// The layer that hurt most, by the best measure there is.
  var worstLayer: Finding? {
    let isOutdated = subject.model.provenance.placeOfOutdatedRecords != nil
    let records = isOutdated ? [] : subject.model.layerFigures.compactMap(\.record)
    func place(_ name: String) -> String {
      let layers = subject.model.graph.layers
      guard let index = layers.firstIndex(where: { $0.name == name }) else { return "" }
      return " (\(index + 1) of \(layers.count))"
    }
    func figure(_ name: String) -> String {
      // Some files number their layers.
      let word = name.contains(where: \.isLetter) ? "" : "Layer "
      return "\(word)\(name.printable.shortened(to: 32)) hurt most"
    }
    if let layer = Self.worst(records, { $0.sensitivity?.divergence }) {
      return Finding(
        figure: figure(layer.name),
        sentence: "Binary alone, this layer\(place(layer.name)) moves the network’s output by "
          + "\(ChartNumber.label(layer.sensitivity?.divergence ?? .nan)), more than any other.")
    }
    if let layer = Self.worst(records, { $0.errorAfter }) {
      return Finding(
        figure: figure(layer.name),
        sentence:
          "This layer’s outputs\(place(layer.name)) are furthest from float: the difference has "
          + "\(Quantity.percent(100 * layer.errorAfter)) of their energy (sum of squares). Without "
          + "hashing, by signs alone, it would be \(Quantity.percent(100 * layer.errorBefore)).")
    }
    guard let (layer, rise) = largestRise else { return nil }
    return Finding(
      figure: figure(layer.name),
      sentence: "At this layer\(place(layer.name)) the distance from the float network grows most: "
        + "by \(Quantity.percent(100 * rise)) of the outputs’ energy, to "
        + "\(Quantity.percent(100 * layer.relativeError)).")
  }

  private static func worst(
    _ records: [LayerRecord], _ measure: (LayerRecord) -> Double?
  ) -> LayerRecord? {
    records.filter { measure($0)?.isFinite ?? false }
      .max { (measure($0) ?? 0) < (measure($1) ?? 0) }
  }

  /// Where the error grows most from one layer to the next.
  var largestRise: (layer: LayerDeviation, rise: Double)? {
    var before = 0.0
    var largest: (LayerDeviation, Double)?
    for layer in deviations where layer.relativeError.isFinite {
      let rise = layer.relativeError - before
      if rise > largest?.1 ?? 0 { largest = (layer, rise) }
      before = layer.relativeError
    }
    return largest
  }

  private var mistake: Finding? {
    guard let classification else { return nil }
    let wrong = classification.misses.count
    let isLabelled = data?.isLabelled == true
    let truth = isLabelled ? "label" : "float network’s class"
    guard let pair = classification.confusions.first else {
      return Finding(
        figure: isLabelled ? "Never wrong" : "Never another class",
        sentence:
          "Its class is the \(truth) on all \(Quantity.count(classification.images)) images.")
    }
    let share = "\(Quantity.count(wrong)) of \(Quantity.count(classification.images)) images"
    if pair.count == 1, wrong > 1, let surest = classification.misses.first {
      return Finding(
        figure: "\(share) \(isLabelled ? "wrong" : "differ")",
        sentence:
          "No two are mistaken alike. The surest: \(className(surest.expected)), the \(truth), is "
          + "taken for \(className(surest.found)).")
    }
    let times = "\(Quantity.count(pair.count)) time" + (pair.count == 1 ? "" : "s")
    return Finding(
      figure: "\(share) \(isLabelled ? "wrong" : "differ")",
      sentence:
        "The commonest mistake, \(times): \(className(pair.expected)), the \(truth), is taken for "
        + "\(className(pair.found)).")
  }
}
