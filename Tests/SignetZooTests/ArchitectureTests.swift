import SignetModel
import Testing
import ThrownErrors

@testable import SignetZoo

@Suite struct ArchitectureTests {
  /// Trained numbers: PyTorch's `parameters()`, so without running statistics.
  private func parameterCount(_ graph: Graph) -> Int {
    graph.parameters.filter { !$0.name.contains(".running_") }
      .reduce(0) { $0 + Shape($1.shape).elementCount }
  }

  /// Multiply-adds of convolutions and linear layers for one image.
  private func multiplyAdds(_ graph: Graph) -> Int {
    graph.layers.reduce(0) { sum, node in
      switch node.operation {
      case .convolution(let attributes):
        sum + (graph.shapes[node.name]?.elementCount ?? 0) * attributes.patchLength
      case .linear(let attributes): sum + attributes.inputs * attributes.outputs
      default: sum
      }
    }
  }

  /// torchvision's documented counts; for the CIFAR ResNets those of the implementation whose
  /// names they carry.
  @Test(arguments: [
    (Architecture.alexnet, 61_100_840), (.resnet18, 11_689_512), (.resnet34, 21_797_672),
    (.resnet50, 25_557_032), (.googlenet, 6_624_904), (.resnet20, 269_722),
    (.resnet32, 464_154), (.resnet44, 658_586), (.resnet56, 853_018),
  ]) func parameterCounts(architecture: Architecture, count: Int) throws {
    #expect(try parameterCount(architecture.graph()) == count)
  }

  /// Option B adds a 1×1 convolution and batch norm in front of stages two and three.
  @Test func convolutionShortcutsAddTheirWeights() throws {
    let extra = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
    #expect(try parameterCount(Architecture.resnet20B.graph()) == 269_722 + extra)
    let names = Set(try Architecture.resnet20B.graph().parameters.map(\.name))
    #expect(names.isSuperset(of: ["layer2.0.shortcut.0.weight", "layer3.0.shortcut.1.bias"]))
  }

  @Test func vggShapes() throws {
    let vgg9 = try Architecture.vgg9.graph()
    #expect(
      vgg9.layers.map(\.name) == [
        "conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "fc1", "fc2", "fc3",
      ])
    #expect(vgg9.shapes["conv6"] == .map(256, 8, 8))
    #expect(vgg9.shapes["flatten"] == .vector(4096))
    #expect(vgg9.outputShape == .vector(10))
    let small = try Architecture.vggSmall.graph()
    #expect(small.shapes["flatten"] == .vector(8192))
    #expect(small.shapes["fc2"] == .vector(1024))
  }

  @Test func extents() throws {
    let alexnet = try Architecture.alexnet.graph()
    #expect(alexnet.shapes["features.0"] == .map(64, 55, 55))
    #expect(alexnet.shapes["features.12"] == .map(256, 6, 6))
    let resnet = try Architecture.resnet18.graph()
    #expect(resnet.shapes["maxpool"] == .map(64, 56, 56))
    #expect(resnet.shapes["layer4.1.relu2"] == .map(512, 7, 7))
    let googlenet = try Architecture.googlenet.graph()
    #expect(googlenet.shapes["maxpool1"] == .map(64, 56, 56))
    #expect(googlenet.shapes["inception3b.cat"] == .map(480, 28, 28))
    #expect(googlenet.shapes["inception4e.cat"] == .map(832, 14, 14))
    #expect(googlenet.shapes["inception5b.cat"] == .map(1024, 7, 7))
    let cifar = try Architecture.resnet20.graph()
    #expect(cifar.shapes["layer2.0.shortcut.pad"] == .map(32, 16, 16))
    #expect(cifar.shapes["layer3.2.relu2"] == .map(64, 8, 8))
  }

  /// torchvision's documented GFLOPS, which are multiply-adds.
  @Test(arguments: [
    (Architecture.alexnet, 0.71), (.resnet18, 1.81), (.resnet34, 3.66), (.resnet50, 4.09),
    (.googlenet, 1.50),
  ]) func multiplyAddCounts(architecture: Architecture, giga: Double) throws {
    let count = try Double(multiplyAdds(architecture.graph())) / 1e9
    #expect(abs(count - giga) < 0.01, "\(count)")
  }

  @Test(arguments: Architecture.allCases) func everyOneBuilds(architecture: Architecture) throws {
    let graph = try architecture.graph(classes: 7)
    #expect(graph.outputShape == .vector(7))
    #expect(graph.inputShape == architecture.inputShape)
    #expect(try Architecture(named: architecture.rawValue.uppercased()) == architecture)
  }

  @Test func unknownNames() {
    #expect(throws: ZooError.unknownArchitecture(name: "resnet2O", suggestion: "resnet20")) {
      try Architecture(named: "resnet2O")
    }
    #expect(throws: ZooError.unknownArchitecture(name: "transformer", suggestion: nil)) {
      try Architecture(named: "transformer")
    }
  }

  @Test func inputsThatDoNotFit() {
    #expect(
      thrown(ZooError.self) {
        try Architecture.vgg9.model(inputShape: .map(3, 4, 4), seed: 0)
      }
        == "vgg9: layer 'pool3' (maxPool): kernel: expected a window of at most 1 (input and padding), found 2"
    )
    #expect(
      thrown(ZooError.self) {
        try Architecture.resnet18.model(inputShape: .vector(3), seed: 0)
      } == "resnet18: layer 'conv1' (convolution): expected an input of C×H×W, found 3")
    #expect(
      thrown(ZooError.self) { try Architecture.resnet20.model(classes: 0, seed: 0) }
        == "resnet20: layer 'linear' (linear): outputs: expected at least 1, found 0")
  }

  @Test func smallNetworkIsCheapAndBinaryFileSmall() throws {
    let graph = try Architecture.fashionVGG.graph()
    #expect(multiplyAdds(graph) <= 15_500_000)
    let binary = try Architecture.fashionVGG.binaryModel(seed: 1)
    let float = try Architecture.fashionVGG.model(seed: 1)
    // Room for the provenance of training, binarization and fine-tuning.
    let provenance = 4096
    let ratio = try Double(float.fileByteCount) / Double(binary.fileByteCount + provenance)
    #expect(ratio >= 20, "\(ratio)")
  }
}
