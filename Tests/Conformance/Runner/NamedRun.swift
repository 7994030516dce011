import Foundation
import SignetModel
import SignetONNX
import SignetRuntime
import SignetTraining

/// Runs a network of any inputs and outputs.
///
/// The folder has `model.onnx` and `inputs.json`, a list of `{"name", "extents", "file"}`, each file
/// with little-endian float32 numbers as the ONNX file orders them. What the executor, the exact
/// runtime, the runtime and the exact one with the network exported and imported again give is written
/// beside them likewise, listed in `executor.json`, `exact.json`, `runtime.json` and `exported.json`.
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
      model = try imported()
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
    attempt("exported") {
      let file = folder.appendingPathComponent("exported.onnx")
      // With ONNX's own operators a file is of one size: that of the input.
      let sized = model.graph.isOpen ? try importedForInput() : model
      try ONNXExporter(options: .init(encoding: .float)).write(sized, to: file)
      let again = try ONNXImporter().model(contentsOf: file)
      return try Engine(model: again, options: Engine.Options(isExact: true)).run(inputs)
    }
  }

  /// As it is or, if its only input's extents must be said, with those of the input that is given;
  /// what was wrong without them is written to `sized.txt`.
  private func imported() throws -> Model {
    let file = folder.appendingPathComponent("model.onnx")
    do {
      return try ONNXImporter().model(contentsOf: file)
    } catch {
      let entries = try listed()
      guard "\(error)".contains("--input-shape"), entries.count == 1 else { throw error }
      ConformanceRunner.write("\(error)", to: folder.appendingPathComponent("sized.txt"))
      return try importedForInput()
    }
  }

  /// With the extents of the first input that is given.
  private func importedForInput() throws -> Model {
    let file = folder.appendingPathComponent("model.onnx")
    let extents = try InputExtents(extents: listed()[0].extents)
    return try ONNXImporter(options: .init(inputExtents: extents)).model(contentsOf: file)
  }

  private func listed() throws -> [Entry] {
    let list = try Data(contentsOf: folder.appendingPathComponent("inputs.json"))
    return try JSONDecoder().decode([Entry].self, from: list)
  }

  private func read(for model: Model) throws -> [String: DenseTensor] {
    let interfaces = model.interface?.inputs ?? []
    var inputs: [String: DenseTensor] = [:]
    for entry in try listed() {
      guard let index = model.graph.inputs.firstIndex(where: { $0.name == entry.name }) else {
        continue
      }
      let data = try Data(contentsOf: folder.appendingPathComponent(entry.file))
      let isChannelsLast = index < interfaces.count && interfaces[index].isChannelsLast
      let values = FloatValues(littleEndian: data)?.array ?? []
      var shape = model.graph.inputs[index].shape
      let given = Array(entry.extents.dropFirst())
      if given.count == shape.extents.count {
        shape = Shape(isChannelsLast ? [given[2], given[0], given[1]] : given)
      }
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
