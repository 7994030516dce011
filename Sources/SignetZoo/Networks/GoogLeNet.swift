import SignetModel

extension LayerBuilder {
  /// Filters of one inception block, branch by branch.
  private struct Inception {
    let one: Int
    let threeReduced: Int
    let three: Int
    let fiveReduced: Int
    let five: Int
    let pool: Int

    init(
      _ one: Int, _ threeReduced: Int, _ three: Int, _ fiveReduced: Int, _ five: Int, _ pool: Int
    ) {
      self.one = one
      self.threeReduced = threeReduced
      self.three = three
      self.fiveReduced = fiveReduced
      self.five = five
      self.pool = pool
    }
  }

  /// GoogLeNet (Inception v1, Szegedy et al. 2015) in torchvision's variant: batch norm with
  /// ε = 0.001, 3×3 convolutions in the third branch too, no auxiliary classifiers.
  mutating func googLeNet(classes: Int) {
    basicConvolution("conv1", 64, kernel: 7, stride: 2)
    maxPool("maxpool1", kernel: 3, stride: 2, ceilMode: true)
    basicConvolution("conv2", 64, kernel: 1)
    basicConvolution("conv3", 192, kernel: 3)
    maxPool("maxpool2", kernel: 3, stride: 2, ceilMode: true)
    inception("inception3a", Inception(64, 96, 128, 16, 32, 32))
    inception("inception3b", Inception(128, 128, 192, 32, 96, 64))
    maxPool("maxpool3", kernel: 3, stride: 2, ceilMode: true)
    inception("inception4a", Inception(192, 96, 208, 16, 48, 64))
    inception("inception4b", Inception(160, 112, 224, 24, 64, 64))
    inception("inception4c", Inception(128, 128, 256, 24, 64, 64))
    inception("inception4d", Inception(112, 144, 288, 32, 64, 64))
    inception("inception4e", Inception(256, 160, 320, 32, 128, 128))
    maxPool("maxpool4", kernel: 2, stride: 2, ceilMode: true)
    inception("inception5a", Inception(256, 160, 320, 32, 128, 128))
    inception("inception5b", Inception(384, 192, 384, 48, 128, 128))
    globalAverage()
    dropout("dropout", rate: 0.2)
    linear("fc", classes)
  }

  private mutating func inception(_ name: String, _ filters: Inception) {
    let input = position
    var branches: [Position] = []
    basicConvolution("\(name).branch1", filters.one, kernel: 1)
    branches.append(position)

    go(to: input)
    basicConvolution("\(name).branch2.0", filters.threeReduced, kernel: 1)
    basicConvolution("\(name).branch2.1", filters.three, kernel: 3)
    branches.append(position)

    go(to: input)
    basicConvolution("\(name).branch3.0", filters.fiveReduced, kernel: 1)
    basicConvolution("\(name).branch3.1", filters.five, kernel: 3)
    branches.append(position)

    go(to: input)
    maxPool("\(name).branch4.0", kernel: 3, stride: 1, padding: 1, ceilMode: true)
    basicConvolution("\(name).branch4.1", filters.pool, kernel: 1)
    branches.append(position)

    concatenate("\(name).cat", branches)
  }

  private mutating func basicConvolution(
    _ name: String, _ filters: Int, kernel: Int, stride: Int = 1
  ) {
    convolution("\(name).conv", filters, kernel: kernel, stride: stride)
    batchNorm("\(name).bn", epsilon: 0.001)
    relu("\(name).relu")
  }
}
