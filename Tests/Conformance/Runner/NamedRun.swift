import Foundation
import SignetModel
import SignetONNX
import SignetRuntime
import SignetTraining

/// Runs a network of any inputs and outputs.
///
/// The folder has `model.onnx` and `inputs.json`, a list of `{"name", "extents", "file"}`, each file
/// with little-endian float32 numbers as the ONNX file orders them. What the executor, the exact
/// runtime and the runtime give is written beside them likewise, listed in `executor.json`,
/// `exact.json` and `runtime.json`.
struct NamedRun {
  let folder: URL

  private struct Entry: Codable {
    var name: String
    var extents: [Int]
    var file: String
  }

  func run() {
    let model: Model
    let inputs: [String: DenseTensor]
    do {
      model = try ONNXImporter(options: .init(inputExtents: nil))
        .model(contentsOf: folder.appendingPathComponent("model.onnx"))
      inputs = try read(for: model)
    } catch {
      ConformanceRunner.write("\(error)", to: folder.appendingPathComponent("import.txt"))
      return
    }
    attempt("executor") { try Executor(model: model).outputs(inputs) }
    attempt("exact") {
      try Engine(model: model, options: Engine.Options(isExact: true)).run(inputs)
    }
    attempt("runtime") { try Engine(model: model).run(inputs) }
  }

  private func read(for model: Model) throws -> [String: DenseTensor] {
    let list = try Data(contentsOf: folder.appendingPathComponent("inputs.json"))
    let interfaces = model.interface?.inputs ?? []
    var inputs: [String: DenseTensor] = [:]
    for entry in try JSONDecoder().decode([Entry].self, from: list) {
      guard let index = model.graph.inputs.firstIndex(where: { $0.name == entry.name }) else {
        continue
      }
      let data = try Data(contentsOf: folder.appendingPathComponent(entry.file))
      let isChannelsLast = index < interfaces.count && interfaces[index].isChannelsLast
      let values = FloatValues(littleEndian: data)?.array ?? []
      let shape = model.graph.inputs[index].shape
      let ordered = isChannelsLast ? channelsFirst(values, shape) : values
      inputs[entry.name] = DenseTensor(
        extents: [entry.extents.first ?? 1] + shape.extents, values: ordered)
    }
    return inputs
  }

  /// - Parameter values: N × H × W × C
  private func channelsFirst(_ values: [Float], _ shape: Shape) -> [Float] {
    var result = values
    let (area, channels) = (shape.height * shape.width, shape.channels)
    for index in values.indices {
      let (sample, rest) = index.quotientAndRemainder(dividingBy: area * channels)
      let (pixel, channel) = rest.quotientAndRemainder(dividingBy: channels)
      result[(sample * channels + channel) * area + pixel] = values[index]
    }
    return result
  }

  private func attempt(_ engine: String, _ body: () throws -> [String: DenseTensor]) {
    do {
      var entries: [Entry] = []
      for (index, (name, tensor)) in try body().sorted(by: { $0.key < $1.key }).enumerated() {
        let file = "\(engine)_\(index).f32"
        try tensor.values.withUnsafeBytes { Data($0) }
          .write(to: folder.appendingPathComponent(file))
        entries.append(Entry(name: name, extents: tensor.extents, file: file))
      }
      try JSONEncoder().encode(entries).write(to: folder.appendingPathComponent("\(engine).json"))
    } catch {
      ConformanceRunner.write("\(error)", to: folder.appendingPathComponent("\(engine).txt"))
    }
  }
}
