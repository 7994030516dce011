import Foundation
import SignetModel
import SignetONNX
import SignetRuntime
import SignetTraining

/// Runs ONNX models on raw numbers, for the scripts that compare the results with another runtime's.
///
/// Each argument is a folder with `model.onnx` and `input.f32` (count × C × H × W, little-endian).
/// The scores of the executor, the exact runtime and the runtime are written beside them as
/// `executor.f32`, `exact.f32` and `runtime.f32`; what went wrong as `executor.txt` and so on or, if
/// the model was not taken, as `import.txt`. After `--named`,
/// folders are what ``NamedRun`` takes.
@main
struct ConformanceRunner {
  static func main() {
    var paths = Array(CommandLine.arguments.dropFirst())
    let isNamed = paths.first == "--named"
    if isNamed { paths.removeFirst() }
    for path in paths {
      let folder = URL(fileURLWithPath: path, isDirectory: true)
      if isNamed { NamedRun(folder: folder).run() } else { run(folder) }
    }
  }

  private static func run(_ folder: URL) {
    let model: Model
    let images: [Float]
    do {
      model = try ONNXImporter().model(contentsOf: folder.appendingPathComponent("model.onnx"))
      let bytes = try Data(contentsOf: folder.appendingPathComponent("input.f32"))
      images = FloatValues(littleEndian: bytes)?.array ?? []
    } catch {
      write("\(error)", to: folder.appendingPathComponent("import.txt"))
      return
    }
    let count = images.count / model.graph.inputShape.elementCount
    attempt("executor", in: folder) {
      try Executor(model: model).logits(images: images, count: count)
    }
    for (engine, isExact) in [("exact", true), ("runtime", false)] {
      attempt(engine, in: folder) {
        let options = Engine.Options(maximumBatch: max(count, 1), isExact: isExact)
        return try Engine(model: model, options: options).run(images, count: count)
      }
    }
  }

  private static func attempt(
    _ engine: String, in folder: URL, _ body: () throws -> [Float]
  ) {
    do {
      let scores = try body()
      let bytes = scores.withUnsafeBytes { Data($0) }
      try bytes.write(to: folder.appendingPathComponent("\(engine).f32"))
    } catch {
      write("\(error)", to: folder.appendingPathComponent("\(engine).txt"))
    }
  }

  static func write(_ text: String, to url: URL) {
    do {
      try Data(text.utf8).write(to: url)
    } catch {
      FileHandle.standardError.write(Data("\(url.path): \(error)\n".utf8))
    }
  }
}
