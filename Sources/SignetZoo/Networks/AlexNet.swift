import SignetModel

extension LayerBuilder {
  /// AlexNet in torchvision's variant ("One weird trick", Krizhevsky 2014). At 224×224 its adaptive
  /// average pooling to 6×6 is the identity and is left out.
  mutating func alexNet(classes: Int) {
    convolution("features.0", 64, kernel: 11, stride: 4, padding: 2, hasBias: true)
    relu("features.1")
    maxPool("features.2", kernel: 3, stride: 2)
    convolution("features.3", 192, kernel: 5, hasBias: true)
    relu("features.4")
    maxPool("features.5", kernel: 3, stride: 2)
    convolution("features.6", 384, kernel: 3, hasBias: true)
    relu("features.7")
    convolution("features.8", 256, kernel: 3, hasBias: true)
    relu("features.9")
    convolution("features.10", 256, kernel: 3, hasBias: true)
    relu("features.11")
    maxPool("features.12", kernel: 3, stride: 2)
    flatten()
    dropout("classifier.0", rate: 0.5)
    linear("classifier.1", 4096)
    relu("classifier.2")
    dropout("classifier.3", rate: 0.5)
    linear("classifier.4", 4096)
    relu("classifier.5")
    linear("classifier.6", classes)
  }
}
