import Foundation
import SignetModel
import SignetReport

/// A training's metrics, as many of them as a page draws.
struct TrainingRun: Sendable {
  let name: String
  let changed: Date
  let bytes: Int
  private let points: [TrainingMetrics]
  private let error: String?

  private static let mostPoints = 400
  private static let mostBytes = 32 << 20

  init(name: String, file: URL, changed: Date, bytes: Int) {
    (self.name, self.changed, self.bytes) = (name, changed, bytes)
    guard bytes <= Self.mostBytes else {
      (points, error) = ([], "the file has \(bytes) bytes; at most \(Self.mostBytes) are read")
      return
    }
    do {
      (points, error) = (Self.thinned(try MetricsLog.read(file.path)), nil)
    } catch {
      (points, self.error) = ([], "\(error)")
    }
  }

  /// Every so many, the last, and those that were validated, unless they are many, too.
  private static func thinned(_ all: [TrainingMetrics]) -> [TrainingMetrics] {
    let step = max(1, (all.count + mostPoints - 1) / mostPoints)
    let keepsValidated = all.count { $0.validation != nil } <= mostPoints
    return all.enumerated().filter { index, point in
      index % step == 0 || index == all.count - 1 || keepsValidated && point.validation != nil
    }.map(\.element)
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("name", name.printablePath)
      json.member("idleSeconds", max(0, Date().timeIntervalSince(changed)))
      if let error { json.member("error", error) }
      json.member("points", arrayOf: points) { json, point in
        json.object { json in
          json.member("epoch", point.epoch)
          json.member("step", point.step)
          // What is not known becomes null.
          json.member("loss", point.loss ?? .nan)
          json.member("top1", point.top1 ?? .nan)
          json.member("validation", point.validation ?? .nan)
          json.member("learningRate", point.learningRate)
          json.member("imagesPerSecond", point.imagesPerSecond ?? .nan)
        }
      }
    }
  }
}
