import SignetData
import SignetModel

@testable import SignetTraining

/// A network of two outputs: the probabilities of four classes, and a map of two channels.
enum TwoOutputs {
  static func graph(softmax: Bool = true) throws -> Graph {
    var g = GraphBuilder(inputShape: Tiny.shape)
    func conv(_ input: Int, _ output: Int, stride: Int = 1) -> NodeOperation {
      .convolution(
        Convolution(
          inputChannels: input, outputChannels: output, kernel: Size2D(3), stride: Size2D(stride),
          padding: Padding2D(1), hasBias: true))
    }
    g.append("conv1", conv(3, 8), g.input)
    g.append("relu1", .relu, "conv1")
    g.append("conv2", conv(8, 12, stride: 2), "relu1")
    g.append("relu2", .relu, "conv2")
    g.append("conv3", conv(12, 12), "relu2")
    g.append("relu3", .relu, "conv3")
    g.append("map", conv(12, 2), "relu3")
    g.append("flatten", .flatten, "relu3")
    g.append("fc", .linear(Linear(inputs: 192, outputs: 4)), "flatten")
    if softmax { g.append("softmax", .softmax(axis: 0), "fc") }
    return try g.graph(outputs: [
      GraphOutput(name: "classes", value: softmax ? "softmax" : "fc"),
      GraphOutput(name: "places", value: "map"),
    ])
  }

  static func model(softmax: Bool = true) throws -> Model {
    try Tiny.model(graph: graph(softmax: softmax))
  }
}
