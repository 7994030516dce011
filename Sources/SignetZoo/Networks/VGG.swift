import SignetModel

extension LayerBuilder {
  /// VGG-9 for 32×32 images: 64, 64, pool, 128, 128, pool, 256, 256, pool, two linear layers of
  /// 512. The network binary weights are usually compared on (e.g. Dong et al. 2017).
  mutating func vgg9(classes: Int) {
    vgg(stages: [[64, 64], [128, 128], [256, 256]], linear: [512, 512], classes: classes)
  }

  /// VGG-small for 32×32 images: the network of BinaryConnect and BWN (Courbariaux et al. 2015).
  mutating func vggSmall(classes: Int) {
    vgg(stages: [[128, 128], [256, 256], [512, 512]], linear: [1024, 1024], classes: classes)
  }

  /// A small network for 28×28 grey images, 15 million multiply-adds an image. Most of its weights
  /// stand where they cost least time, so that the float layers at both ends weigh little.
  mutating func fashionVGG(classes: Int) {
    vgg(stages: [[32], [64], [128, 128]], linear: [512], classes: classes)
  }

  /// Stages of 3×3 convolutions, each stage closed by 2×2 max pooling, then linear layers. Batch
  /// norm and ReLU follow every layer but the last.
  private mutating func vgg(stages: [[Int]], linear: [Int], classes: Int) {
    var index = 0
    func next() -> Int {
      index += 1
      return index
    }
    for (stage, filters) in stages.enumerated() {
      for count in filters {
        let layer = next()
        convolution("conv\(layer)", count, kernel: 3)
        normalise(layer)
      }
      maxPool("pool\(stage + 1)", kernel: 2, stride: 2)
    }
    flatten()
    for (number, outputs) in linear.enumerated() {
      self.linear("fc\(number + 1)", outputs, hasBias: false)
      normalise(next())
    }
    self.linear("fc\(linear.count + 1)", classes)
  }

  private mutating func normalise(_ layer: Int) {
    batchNorm("bn\(layer)")
    relu("relu\(layer)")
  }
}
