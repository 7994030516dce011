import Foundation
import SignetData
import SignetModel
import SignetReport

/// Pictures of a network's maps, beside the float network's.
struct PageMaps {
  let images: PageImages

  /// Images that are shown.
  private static let shown = 6
  private static let side = 96

  func add(
    _ network: any NamedNetwork, _ float: (any NamedNetwork)?, to report: inout NetworkReport
  ) throws {
    let model = images.maker.subject.model
    guard
      let output = model.graph.outputs.first(where: { model.outputKind(of: $0) == .map }),
      let map = OutputMap(output, of: model)
    else { return }
    let batches = BatchLoader(
      dataset: images.dataset.prefix(Self.shown), model: model, batchSize: 1
    ).batches(epoch: 0, skipping: images.skipping)
    while let batch = try batches.next(), let index = batch.indices.first {
      guard
        let found = try network.outputs(batch.tensors(for: network.inputs))[output.name]?.values
      else { continue }
      let other = try float?.outputs(batch.tensors(for: float?.inputs ?? []))[output.name]?.values
      let usable = other.flatMap { $0.count == found.count ? $0 : nil }
      let drawing = MapDrawing(map, range: usable ?? found)
      guard let picture = drawing.picture(of: found)?.reduced(to: Self.side) else { continue }
      report.maps.append(
        MapExample(
          name: images.dataset.file(at: index)?.path ?? "image \(index)",
          input: images.picture(index),
          float: usable.flatMap(drawing.picture)?.reduced(to: Self.side), found: picture,
          difference: usable.flatMap { drawing.difference(found, $0) }?.reduced(to: Self.side),
          relativeError: usable.map { Self.relativeError(found, $0) }))
    }
  }

  private static func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
    let error = zip(found, expected).reduce(0.0) {
      $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
    }
    let energy = expected.reduce(0.0) { $0 + Double($1 * $1) }
    return error == 0 ? 0 : error / energy
  }
}
