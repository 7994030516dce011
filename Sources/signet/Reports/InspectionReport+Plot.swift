import SignetModel
import SignetReport

extension InspectionReport {
  /// Bars per layer: errors or, where none is recorded, bytes.
  var plot: TextBars {
    let measured = layers.filter { $0.errorAfter != nil }
    guard !measured.isEmpty else {
      return TextBars(
        title: "bytes per layer",
        rows: layers.map {
          TextBars.Row(
            name: $0.name, value: Double($0.bytes), text: "\(Quantity.bytes($0.bytes))")
        })
    }
    return TextBars(
      title: "error per layer, ░ signs alone, █ after hashing",
      rows: measured.map {
        TextBars.Row(
          name: $0.name, value: $0.errorAfter ?? .nan, before: $0.errorBefore,
          text: "\(Quantity.fraction($0.errorAfter ?? .nan))")
      })
  }
}
