import SignetModel
import Testing
import ThrownErrors

@testable import SignetTraining

@Suite struct KeepPatternTests {
  private func kept(_ text: String) throws -> [String] {
    let graph = try Tiny.graph()
    let kept = try KeepPattern(parsing: text).layers(of: graph)
    return graph.layers.map(\.name).filter(kept.contains)
  }

  @Test(arguments: [
    ("first,last", ["conv1", "fc2"]),
    ("none", []),
    ("first", ["conv1"]),
    (" last , block.conv2", ["block.conv2", "fc2"]),
    ("block.*", ["block.conv1", "block.conv2"]),
    ("*conv?", ["conv1", "block.conv1", "block.conv2"]),
    ("fc1,fc*", ["fc1", "fc2"]),
    ("*.*[13],f?2", ["block.conv1", "fc2"]),
    ("[!bl]*1", ["conv1", "fc1"]),
    ("*", ["conv1", "block.conv1", "block.conv2", "down", "last", "fc1", "fc2"]),
  ])
  func patterns(text: String, expected: [String]) throws {
    // The tiny net's own layer 'last' hides the keyword, as exact names come first.
    let expected = text.contains("last") ? expected.map { $0 == "fc2" ? "last" : $0 } : expected
    let graph = try Tiny.graph().layers.map(\.name)
    #expect(try kept(text) == graph.filter(expected.contains))
  }

  @Test func keywordsWithoutSuchNames() throws {
    var g = GraphBuilder(inputShape: .map(1, 4, 4))
    for (name, input) in [("a", "input"), ("b", "a"), ("c", "b")] {
      g.append(
        name,
        .convolution(Convolution(inputChannels: 1, outputChannels: 1, kernel: Size2D(1))), input)
    }
    let graph = try g.graph(output: "c")
    #expect(try KeepPattern.usual.layers(of: graph) == ["a", "c"])
    #expect(try KeepPattern.none.layers(of: graph).isEmpty)
  }

  @Test func unknownNamesAreSuggested() throws {
    #expect {
      try kept("block.conv3")
    } throws: { error in
      guard case .unknownLayer("block.conv3", let suggestion, _) = error as? TrainingError else {
        return false
      }
      return suggestion == "block.conv1" || suggestion == "block.conv2"
    }
    #expect(
      thrown(TrainingError.self) { try kept("nothing*") }
        == "keep: the network has no layer 'nothing*'; its layers are conv1, block.conv1, block.conv2, down, last, fc1, fc2"
    )
    // Not a layer: batch norm cannot be kept in float, it always is.
    #expect(
      thrown(TrainingError.self) { try kept("bn1") }
        == "keep: the network has no layer 'bn1'; its layers are conv1, block.conv1, block.conv2, down, last, fc1, fc2"
    )
  }

  @Test(arguments: ["", "first,,last", "none,first"])
  func malformed(text: String) {
    #expect(
      thrown(TrainingError.self) { try KeepPattern(parsing: text) }
        == "keep: expected 'none' alone, or names separated by commas, found '\(text)'")
  }
}
