import SignetModel

extension LayerBuilder {
  /// The ResNets for 224×224 images of He et al. 2016, in torchvision's variant: in a bottleneck
  /// block the 3×3 convolution takes the stride.
  ///
  /// - Parameter blocks: blocks in each of the four stages
  mutating func resNet(blocks: [Int], isBottleneck: Bool, classes: Int) {
    convolution("conv1", 64, kernel: 7, stride: 2)
    batchNorm("bn1")
    relu("relu")
    maxPool("maxpool", kernel: 3, stride: 2, padding: 1)
    for (stage, count) in blocks.enumerated() {
      for block in 0..<count {
        let name = "layer\(stage + 1).\(block)"
        let stride = stage > 0 && block == 0 ? 2 : 1
        if isBottleneck {
          bottleneck(name, 64 << stage, stride: stride)
        } else {
          basicBlock(name, 64 << stage, stride: stride)
        }
      }
    }
    globalAverage()
    linear("fc", classes)
  }

  private mutating func basicBlock(_ name: String, _ filters: Int, stride: Int) {
    let input = position
    convolution("\(name).conv1", filters, kernel: 3, stride: stride)
    batchNorm("\(name).bn1")
    relu("\(name).relu1")
    convolution("\(name).conv2", filters, kernel: 3)
    batchNorm("\(name).bn2")
    closeBlock(name, input: input, stride: stride)
    relu("\(name).relu2")
  }

  private mutating func bottleneck(_ name: String, _ filters: Int, stride: Int) {
    let expansion = 4
    let input = position
    convolution("\(name).conv1", filters, kernel: 1)
    batchNorm("\(name).bn1")
    relu("\(name).relu1")
    convolution("\(name).conv2", filters, kernel: 3, stride: stride)
    batchNorm("\(name).bn2")
    relu("\(name).relu2")
    convolution("\(name).conv3", filters * expansion, kernel: 1)
    batchNorm("\(name).bn3")
    closeBlock(name, input: input, stride: stride)
    relu("\(name).relu3")
  }

  /// Adds the block's input, by way of a 1×1 convolution where shapes differ.
  private mutating func closeBlock(_ name: String, input: Position, stride: Int) {
    let residual = position
    go(to: input)
    if stride != 1 || input.channels != residual.channels {
      convolution("\(name).downsample.0", residual.channels, kernel: 1, stride: stride)
      batchNorm("\(name).downsample.1")
    }
    let identity = position
    go(to: residual)
    add("\(name).add", identity)
  }
}
