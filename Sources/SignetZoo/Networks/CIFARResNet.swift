import SignetModel

extension LayerBuilder {
  /// How a block's input reaches its output where their shapes differ (He et al. 2016, §3.3).
  enum Shortcut {
    /// Option A: every second pixel, channels of zeros on both sides; no weights.
    case zeroPadding
    /// Option B: 1×1 convolution and batch norm.
    case convolution
  }

  /// The ResNets for 32×32 images of He et al. 2016, §4.2: 6n + 2 layers with n blocks in each of
  /// three stages of 16, 32 and 64 filters.
  mutating func cifarResNet(blocksPerStage: Int, shortcut: Shortcut, classes: Int) {
    convolution("conv1", 16, kernel: 3)
    batchNorm("bn1")
    relu("relu1")
    for (stage, filters) in [16, 32, 64].enumerated() {
      for block in 0..<blocksPerStage {
        cifarBlock(
          "layer\(stage + 1).\(block)", filters, stride: stage > 0 && block == 0 ? 2 : 1,
          shortcut: shortcut)
      }
    }
    globalAverage()
    linear("linear", classes)
  }

  private mutating func cifarBlock(
    _ name: String, _ filters: Int, stride: Int, shortcut: Shortcut
  ) {
    let input = position
    convolution("\(name).conv1", filters, kernel: 3, stride: stride)
    batchNorm("\(name).bn1")
    relu("\(name).relu1")
    convolution("\(name).conv2", filters, kernel: 3)
    batchNorm("\(name).bn2")
    let residual = position
    go(to: input)
    if stride != 1 || input.channels != filters {
      switch shortcut {
      case .zeroPadding:
        zeroPaddedShortcut("\(name).shortcut", filters, stride: stride)
      case .convolution:
        convolution("\(name).shortcut.0", filters, kernel: 1, stride: stride)
        batchNorm("\(name).shortcut.1")
      }
    }
    let identity = position
    go(to: residual)
    add("\(name).add", identity)
    relu("\(name).relu2")
  }
}
