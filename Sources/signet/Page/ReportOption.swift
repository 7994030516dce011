import ArgumentParser
import Foundation
import SignetData
import SignetModel
import SignetReport

/// A page about what a command did.
struct ReportOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write a page to look at, as signet report does: one HTML file.", valueName: "file"))
  var report: OutputFile?

  /// Before there is anything to write: work must not be lost to a mistyped folder.
  func check() throws(CommandError) {
    try report?.check()
  }

  /// Writes the page, if one is asked for, when the command's own result is out already.
  func write(_ maker: () throws -> PageMaker) throws {
    guard let report else { return }
    do {
      let page = try maker().write(to: report)
      Console.note("→ \(page.output.printablePath) (\(Quantity.bytes(page.fileBytes)))")
    } catch {
      throw ErrorAfterResult(error: error)
    }
  }
}

extension FileRoles {
  mutating func writes(_ option: ReportOption) {
    writes(option.report?.url, as: "--report")
  }
}

extension PageMaker {
  /// Images that are measured unless somebody says otherwise: a page is to be had in a minute.
  static let images = 256

  /// Sets what is measured with: images of the test part, where the data has one.
  mutating func measure(with data: DataOptions, seed: UInt64) throws {
    let isTested = try data.data.hasTestSplit()
    let images = try data.open(
      default: isTested ? .test : .train, limit: min(data.limit ?? Self.images, Self.images),
      seed: seed, for: subject.model)
    measure(with: images)
  }

  /// Sets what is measured with; labels count where they are known to be the subject's classes.
  mutating func measure(with images: any ImageDataset) {
    let model = subject.model
    let count = model.classCount
    let names = model.labels.count == count ? model.labels : []
    let matched = try? images.matched(to: names, count: count)
    dataset = matched ?? images
    usesLabels = matched != nil
  }
}

extension Model {
  /// Whether the layers of `other` are this model's, so that one may be made of the other.
  func hasLayers(of other: Model) -> Bool {
    graph.inputs.map(\.shape) == other.graph.inputs.map(\.shape)
      && other.graph.layers.allSatisfy { layer in
        weight(.weight, of: layer)?.shape == other.weight(.weight, of: layer)?.shape
      }
  }
}
