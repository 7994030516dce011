import Foundation
import SignetData
import SignetModel
import Testing

@testable import SignetServer

/// What networks make of images and tensors, over a socket.
@Suite struct PredictionTests {
  private struct Answer: Decodable {
    struct Output: Decodable {
      struct Candidate: Decodable {
        var index: Int
        var name: String
        var probability: Double
      }
      var name: String
      var kind: String
      var shape: [Int]
      var values: [Float]?
      var classes: [Candidate]?
      var pictures: [Data]?
    }
    struct Layer: Decodable {
      var name: String
      var milliseconds: Double
    }
    var model: String
    var samples: Int
    var outputs: [Output]
    var milliseconds: Double
    var layers: [Layer]?
  }

  private let server: TestServer
  private static let json = ["Content-Type: application/json"]

  init() throws { server = try TestServer() }

  private func predict(
    _ model: String, _ type: String, _ body: [UInt8], query: String = ""
  ) throws -> Answer {
    let answer = try server.ask(
      "POST", "/v1/models/\(model)/predict\(query)", ["Content-Type: \(type)"], body: body)
    #expect(answer.status == 200, "\(answer.text)")
    return try answer.decoded()
  }

  @Test func imagesBecomeClasses() throws {
    defer { _ = server.server.stop() }
    let left = try TestModels.png { x, _ in x < 2 }
    let answer = try predict("classes", "image/png", left)
    let output = try #require(answer.outputs.first)
    #expect(answer.model == "classes" && answer.samples == 1 && answer.milliseconds >= 0)
    #expect(output.kind == "scores" && output.shape == [2] && output.name == "fc")
    #expect(output.values == [8, 0])
    let classes = try #require(output.classes)
    #expect(classes.map(\.index) == [0, 1])
    #expect(classes.map(\.name) == [TestModels.hostileName, "right"])
    #expect(abs(classes[0].probability - 1 / (1 + exp(-8))) < 1e-6)
    #expect(answer.layers == nil)
    let one = try predict("classes", "image/png", left, query: "?top=1&layers=1")
    #expect(one.outputs[0].classes?.count == 1)
    #expect(one.layers?.contains { $0.name == "fc" } == true)
  }

  @Test func detectorsGiveBoxesInPixelsOfTheImage() throws {
    struct Found: Decodable, Equatable {
      struct Box: Decodable, Equatable {
        var index: Int
        var name: String
        var score: Double
        var x: Double
        var y: Double
        var width: Double
        var height: Double
      }
      struct Output: Decodable, Equatable {
        var name: String
        var values: [Float]?
      }
      var imageSize: [Int]?
      var boxes: [Box]?
      var outputs: [Output]
    }
    let model = try TestModels.detector()
    let reader = try BoxReader(model, layout: .corners)
    let server = try TestServer(
      ServedModel.named([
        .init(path: "d.signet", model: model, fileBytes: 1, isReference: false, boxes: reader),
        .init(path: "plain.signet", model: model, fileBytes: 1, isReference: false),
      ]))
    defer { _ = server.server.stop() }
    // Twice as wide as high: the network sees the middle, 12 × 12 pixels from the left's 6 on.
    let image = try TestModels.png(width: 24, height: 12) { _, _ in true }
    func found(_ name: String, _ query: String) throws -> Found {
      try server.ask(
        "POST", "/v1/models/\(name)/predict\(query)", ["Content-Type: image/png"], body: image
      ).decoded()
    }
    let answer = try found("d", "")
    #expect(answer.imageSize == [24, 12])
    let box = Found.Box(index: 0, name: "0", score: 0.875, x: 12, y: 0, width: 6, height: 12)
    #expect(answer.boxes == [box])
    #expect(answer.outputs.map { $0.values?.count } == [32, 8])
    // A page that draws them needs no numbers.
    #expect(try found("d", "?map=png").outputs.map { $0.values?.count } == [nil, nil])
    let plain = try found("plain", "")
    #expect(plain.boxes == nil && plain.imageSize == nil)
    let list = try server.ask("GET", "/v1/models").text
    #expect(list.contains("\"boxes\":\"corners\""))
  }

  /// What a page or a log would take for markup or a header leaves as escapes.
  @Test func namesOfClassesAreNoMarkup() throws {
    defer { _ = server.server.stop() }
    let answer = try server.ask(
      "POST", "/v1/models/classes/predict", ["Content-Type: image/png"],
      body: try TestModels.png { _, _ in true })
    #expect(!answer.text.contains("<script"))
    #expect(answer.headers["x-evil"] == nil)
    let list = try server.ask("GET", "/v1/models")
    // A quarter of 320 MiB is for bodies; twelve bytes a pixel, and some for the rest.
    let pixels = try #require(list.text.firstMatch(of: /"pixels":(\d+)/)?.output.1)
    #expect((20_000_000..<21_000_000).contains(Int(pixels) ?? 0))
    #expect(!list.text.contains("<script") && list.text.contains(#"\u003cscript\u003e"#))
  }

  @Test func mapsComeAsNumbersOrAsPictures() throws {
    defer { _ = server.server.stop() }
    let corner = try TestModels.png { x, y in x + y == 0 }
    let numbers = try predict("map", "image/png", corner).outputs[0]
    #expect(numbers.kind == "map" && numbers.shape == [1, 4, 4])
    #expect(numbers.values?[0] ?? 0 > 0.99 && numbers.values?.dropFirst().max() ?? 1 < 0.01)
    let picture = try predict("map", "image/png", corner, query: "?map=png").outputs[0]
    #expect(picture.values == nil)
    let file = try #require(picture.pictures?.first)
    let size = try ImageFile.size(decoding: Array(file), name: "picture")
    #expect(size.width == 4 && size.height == 4)
  }

  @Test func tensorsComeAsJSON() throws {
    defer { _ = server.server.stop() }
    let flat = #"{"inputs":{"b":{"shape":[3],"data":[10,2e1,-3.5]},"a":{"data":[1,2,3]}}}"#
    #expect(
      try predict("sum", "application/json", Array(flat.utf8)).outputs[0].values == [11, 22, -0.5])
    let several = #"""
      {"inputs": {"a": {"shape": [2, 3], "data": [[1, 2, 3], [4, 5, 6]]},
                  "b": {"shape": [2, 3], "data": [0, 0, 0, 1, 1, 1]}}}
      """#
    let answer = try predict("sum", "application/json; charset=utf-8", Array(several.utf8))
    #expect(answer.samples == 2 && answer.outputs[0].shape == [2, 3])
    #expect(answer.outputs[0].values == [1, 2, 3, 5, 6, 7])
  }

  @Test func tensorsComeAsArchives() throws {
    defer { _ = server.server.stop() }
    var archive = NPZFile()
    for (name, values) in [("a", [1, 2, 3, 4, 5, 6]), ("b", [1, 1, 1, 2, 2, 2])]
      as [(String, [Float])]
    {
      archive.add(name, try #require(DenseTensor(extents: [2, 3], values: values)))
    }
    let answer = try predict("sum", "application/x-npz", Array(archive.bytes))
    #expect(answer.outputs[0].values == [2, 3, 4, 6, 7, 8])
  }

  @Test(arguments: [
    (#"{"inputs":{"a":{"data":[1,2,3]}}}"#, "'b', found none"),
    (#"{"inputs":{"a":{"data":[1,2,3]},"b":{"data":[1,2,3]},"c":{"data":[1]}}}"#, "no input 'c'"),
    (#"{"inputs":{"a":{"data":[1,2,3]},"a":{"data":[1,2,3]}}}"#, "stands twice"),
    (#"{"inputs":{"a":{"shape":[9000000000,3],"data":[1,2,3]},"b":{"data":[1,2,3]}}}"#, "1 to 64"),
    (
      #"{"inputs":{"a":{"shape":[3,1],"data":[1,2,3]},"b":{"data":[1,2,3]}}}"#,
      "expected the shape 3"
    ),
    (#"{"inputs":{"a":{"data":[1,2,3]},"b":{"shape":[2,3],"data":[1,2,3]}}}"#, "found 3"),
    (#"{"inputs":{"a":{"data":[1,2,1e99]},"b":{"data":[1,2,3]}}}"#, "no float"),
    (#"{"inputs":{"a":{"data":[1,NaN,1]}}}"#, "expected a digit"),
    (#"{"inputs":{"a":{"data":[01]}}}"#, "begins with 0"),
    (#"{"inputs":{"a":{"data":[1,2"#, "expected ']', found the end"),
    (#"{"inputs":{}} x"#, "expected the end"),
    ("[[[[", "expected '{'"),
  ])
  func badJSONIsNamed(_ body: String, _ reason: String) throws {
    defer { _ = server.server.stop() }
    let answer = try server.ask(
      "POST", "/v1/models/sum/predict", Self.json, body: Array(body.utf8))
    #expect(answer.status == 422 && answer.code == "unusable_input")
    #expect(answer.text.contains(reason), "\(answer.text)")
  }

  @Test func deepJSONIsRefused() throws {
    defer { _ = server.server.stop() }
    let deep = #"{"inputs":{"a":{"data":"# + String(repeating: "[", count: 100_000)
    let answer = try server.ask(
      "POST", "/v1/models/sum/predict", Self.json, body: Array(deep.utf8))
    #expect(answer.status == 422 && answer.text.contains("nested deeper"))
  }
}
