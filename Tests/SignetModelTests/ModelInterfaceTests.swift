import Foundation
import Testing
import ThrownErrors

@testable import SignetModel

/// Where a network came from is kept beside it, and forgotten where it no longer fits.
@Suite struct ModelInterfaceTests {
  private func interface(_ graph: Graph) -> ModelInterface {
    ModelInterface(
      inputs: [
        .init(
          port: .init(
            name: "bild\n:0", elementType: .uint8, batch: .free(name: "N"),
            extents: [graph.inputShape.height, graph.inputShape.width, graph.inputShape.channels]),
          isChannelsLast: true)
      ],
      outputs: [
        .init(
          name: "scores", elementType: .float16, batch: .fixed(1),
          extents: [1, graph.outputShape.elementCount, 1])
      ])
  }

  private func model() throws -> Model {
    let plain = try Fixture.model()
    return try Model(
      graph: plain.graph, weights: plain.weights, preprocessing: plain.preprocessing,
      labels: plain.labels, provenance: plain.provenance, interface: interface(plain.graph))
  }

  @Test func comesBackFromFiles() throws {
    let model = try model()
    let back = try Model(fileData: Fixture.fileData(model), path: "model")
    #expect(back.interface == interface(model.graph))
    #expect(back == model)
    #expect(try back.with(labels: []).interface == model.interface)
    // A file without it, as older ones are.
    let plain = try Fixture.model()
    #expect(try Model(fileData: Fixture.fileData(plain), path: "model").interface == nil)
  }

  @Test func isForgottenWhereItDoesNotFit() throws {
    let model = try model()
    var other = interface(model.graph)
    other.outputs[0].extents = [9, 9, 9]
    let changed = try Model(
      graph: model.graph, weights: model.weights, preprocessing: model.preprocessing,
      interface: other)
    #expect(changed.interface == nil)
  }

  @Test func filesThatContradictThemselvesAreRefused() throws {
    let model = try model()
    var texts: [String] = []
    for text in [
      #"{"input":{"name":"x","elementType":"U8","extents":[1]},"isChannelsLast":false,"output":{"name":"y","elementType":"F32","extents":[3]}}"#,
      #"{"input":{"name":"x","elementType":"U8","extents":[-1]},"isChannelsLast":false,"output":{"name":"y","elementType":"F32","extents":[4611686018427387904,8]}}"#,
      #"{"input":{"name":"x","elementType":"U9","extents":[1]}}"#, "[]",
    ] {
      texts.append(
        thrown(ModelFileError.self) {
          try Model(
            fileData: ForgedFile.model(model, metadata: ["signet.interface": text]), path: "model")
        })
    }
    #expect(
      texts == [
        "model: signet.interface: expected extents of 3×4×4 and 3, found 1 and 3",
        "model: signet.interface: expected extents of 3×4×4 and 3, found -1 and 4611686018427387904×8",
        "model: signet.interface: Cannot initialize ElementType from invalid String value U9 at .input.elementType",
        "model: signet.interface: expected Dictionary<String, Any>",
      ])
  }
}
