import Foundation
import SignetData
import SignetModel
import Testing
import ThrownErrors

@testable import SignetServer

/// The worst cases of a data set, and trainings that are watched.
@Suite struct WatchingTests {
  /// 4 × 4 pixels whose left half is white; every third image lies about it.
  private struct Halves: ImageDataset {
    var isLabelled = true
    let count = 9
    let name = "halves <b>"
    let classNames = ["left", "right"]
    var labels: [Int] { (0..<count).map { isLabelled && $0 % 3 == 2 ? 1 : 0 } }

    func pixels(
      at index: Int, shape: Shape, preprocessing: Preprocessing
    ) throws(DataError) -> [UInt8] {
      (0..<16).map { $0 % 4 < 2 ? UInt8(100 + 10 * index) : 0 }
    }
  }

  private struct Found: Decodable {
    struct Case: Decodable {
      var image: Int
      var expected: String
      var found: String
      var probabilityOfFound: Double
    }
    struct Part: Decodable {
      var name: String
      var share: Double
      var misses: [Case]
    }
    var state: String
    var isLabelled: Bool?
    var models: [Part]?
    var message: String?
  }

  private func measured(_ cases: WorstCases) throws -> Found {
    cases.start()
    while true {
      let body = Data(cases.answer.body.readableBytesView)
      let found = try JSONDecoder().decode(Found.self, from: body)
      if found.state != "measuring" { return found }
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  @Test func theSurestMistakesComeFirst() throws {
    let models = TestModels.served(("m.signet", try TestModels.classifier(labels: [])))
    let cases = WorstCases(of: Halves(), models: models)
    let found = try measured(cases)
    #expect(found.state == "ready" && found.isLabelled == true)
    let part = try #require(found.models?.first)
    #expect(part.name == "m" && abs(part.share - 2.0 / 3) < 1e-9)
    #expect(part.misses.map(\.image) == [8, 5, 2])
    #expect(part.misses[0].expected == "right" && part.misses[0].found == "left")
    #expect(part.misses[0].probabilityOfFound > part.misses[2].probabilityOfFound)
    let picture = try cases.picture(8)
    #expect(picture.contentType == "image/png")
    let size = try ImageFile.size(
      decoding: Array(picture.body.readableBytesView), name: "picture")
    #expect(size.width == 4 && size.height == 4)
    #expect(throws: RequestError.self) { try cases.picture(0) }
  }

  @Test func withoutLabelsThereMustBeAFloatNetwork() throws {
    let models = TestModels.served(("m.signet", try TestModels.classifier()))
    let found = try measured(WorstCases(of: Halves(isLabelled: false), models: models))
    #expect(found.state == "failed" && found.message?.contains("--against") == true)
    let maps = TestModels.served(("m.signet", try TestModels.map()))
    #expect(try measured(WorstCases(of: Halves(), models: maps)).state == "failed")
  }

  private struct Runs: Decodable {
    struct Run: Decodable {
      struct Point: Decodable {
        var epoch: Double
        var loss: Double?
        var validation: Double?
      }
      var name: String
      var points: [Point]
      var error: String?
    }
    var runs: [Run]
  }

  private static func line(_ step: Int, loss: String = "0.5") -> String {
    """
    {"epoch":\(step),"learningRate":0.1,"loss":\(loss),"step":\(step),"time":1,"top1":50,"validation":40}

    """
  }

  @Test func trainingsAreFoundAndReadAgain() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("runs-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    try write("a/b/metrics.jsonl", Self.line(1))
    try write("c/metrics.jsonl", "nonsense\nmore\n")
    try write("c/other.jsonl", Self.line(1))
    try write("<script>/metrics.jsonl", (0..<2000).map { Self.line($0) }.joined())
    let runs = try RunsFolder(folder.path)
    var known: [String: TrainingRun] = [:]
    func read() throws -> [String: Runs.Run] {
      let found = runs.runs(&known)
      let json = RunsFolder.json(found.shown, isCut: found.isCut)
      let text = String(buffer: json)
      #expect(!text.contains("<script"))
      let decoded = try JSONDecoder().decode(Runs.self, from: Data(text.utf8))
      return Dictionary(uniqueKeysWithValues: decoded.runs.map { ($0.name, $0) })
    }
    let first = try read()
    #expect(Set(first.keys) == ["a/b", "c", "<script>"])
    #expect(first["a/b"]?.points.map(\.epoch) == [1] && first["a/b"]?.points[0].loss == 0.5)
    #expect(first["c"]?.error?.contains("line 1") == true)
    #expect(first["<script>"]?.points.last?.epoch == 1999)
    #expect((300...500).contains(first["<script>"]?.points.count ?? 0))
    try write("a/b/metrics.jsonl", Self.line(1) + Self.line(2, loss: "null") + "{\"epo")
    let second = try read()
    #expect(second["a/b"]?.points.map(\.epoch) == [1, 2])
    #expect(second["a/b"]?.points[1].loss == nil)
    #expect(thrown(DataError.self) { try RunsFolder("/nowhere") }.contains("--runs"))
  }
}
