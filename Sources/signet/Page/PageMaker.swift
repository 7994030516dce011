import Foundation
import SignetData
import SignetModel
import SignetReport
import SignetRuntime
import SignetTraining

/// Measures what a page shows of models, and writes it.
struct PageMaker {
  /// A model under the name that the page gives it.
  struct Entry {
    var name: String
    var model: Model
    /// Bytes of its file, where that is no model file.
    var fileBytes: Int?

    init(name: String, model: Model, fileBytes: Int? = nil) {
      self.name = name
      self.model = model
      self.fileBytes = fileBytes
    }

    /// Named as its file.
    init(path: String, model: Model) {
      self.init(name: URL(fileURLWithPath: path).lastPathComponent, model: model)
    }

    var measured: MeasuredModel {
      get throws {
        MeasuredModel(name: name, model: model, fileBytes: try fileBytes ?? model.fileByteCount)
      }
    }
  }

  /// What the page is about.
  var subject: Entry
  /// The network that the subject was made of.
  var float: Entry?
  /// Models beside it.
  var others: [Entry] = []
  /// The images to measure with; labels, where they are used, are the subject's classes.
  var dataset: (any ImageDataset)?
  /// Whether the labels are known to be the subject's classes.
  var usesLabels = true
  /// The metrics of the training that made the subject.
  var metrics: [TrainingMetrics] = []
  /// Of measuring time, for each model; 0 leaves it out.
  var seconds = 1.0
  /// Of measuring time.
  var threads = 1
  /// Of running images.
  var workers = ProcessInfo.processInfo.activeProcessorCount
  var commands: [String] = []
  /// `nil`: the first image that cannot be read is an error.
  var skipped: SkippedImages? = SkippedImages()

  /// Measures, and writes the page whole or not at all.
  @discardableResult
  func write(to file: OutputFile) throws -> PageReport {
    let report = try report()
    let page = report.html
    try AtomicFile.write([page], to: file.url)
    return PageReport(
      output: file.path, fileBytes: page.count,
      findings: report.allFindings.map {
        PageReport.Finding(figure: $0.figure, sentence: $0.sentence)
      })
  }

  func report() throws -> NetworkReport {
    var report = NetworkReport(
      author: "Signet \(Signet.configuration.version)", subject: try subject.measured)
    report.float = try float?.measured
    report.others = try others.map { try $0.measured }
    report.metrics = metrics
    report.commands = commands
    report.makingCommands = report.subject.model.provenance.commands(making: report.subject.name)
    if let dataset { try PageImages(maker: self, dataset: dataset).add(to: &report) }
    if seconds > 0 { try PageTimes(maker: self).add(to: &report) }
    return report
  }
}
