import SignetModel

/// The networks that can be built by name. Nodes carry the names PyTorch gives their parameters, so
/// that trained weights load by name.
public enum Architecture: String, CaseIterable, Sendable, Hashable {
  /// Six convolutions of 64 to 256 filters and three linear layers, for 32×32 images (Dong et al.
  /// 2017).
  case vgg9
  /// Six convolutions of 128 to 512 filters and three linear layers, for 32×32 images (Courbariaux
  /// et al. 2015).
  case vggSmall = "vgg-small"
  /// A small VGG for 28×28 grey images.
  case fashionVGG = "fashion-vgg"
  /// 20 layers for 32×32 images, with shortcuts without weights (He et al. 2016, section 4.2,
  /// option A).
  case resnet20
  /// As ``resnet20``, 32 layers.
  case resnet32
  /// As ``resnet20``, 44 layers.
  case resnet44
  /// As ``resnet20``, 56 layers.
  case resnet56
  /// As ``resnet20``, with 1×1 convolutions in the shortcuts that change the shape (option B).
  case resnet20B = "resnet20-b"
  /// As ``resnet20B``, 32 layers.
  case resnet32B = "resnet32-b"
  /// As ``resnet20B``, 44 layers.
  case resnet44B = "resnet44-b"
  /// As ``resnet20B``, 56 layers.
  case resnet56B = "resnet56-b"
  /// As torchvision has it (Krizhevsky 2014), for 224×224 images.
  case alexnet
  /// 18 layers for 224×224 images (He et al. 2016, table 1).
  case resnet18
  /// 34 layers for 224×224 images (He et al. 2016, table 1).
  case resnet34
  /// 50 layers with bottlenecks for 224×224 images (He et al. 2016, table 1).
  case resnet50
  /// Inception v1 (Szegedy et al. 2015) as torchvision has it, without auxiliary classifiers.
  case googlenet

  /// - Throws: ``ZooError/unknownArchitecture(name:suggestion:)``
  public init(named name: String) throws(ZooError) {
    guard let architecture = Architecture(rawValue: name.lowercased()) else {
      throw .unknownArchitecture(
        name: name,
        suggestion: closestName(
          to: name.lowercased(), among: Architecture.allCases.map(\.rawValue)))
    }
    self = architecture
  }

  /// The shape of an image unless asked otherwise.
  public var inputShape: Shape {
    switch self {
    case .fashionVGG: .map(1, 28, 28)
    case .alexnet, .resnet18, .resnet34, .resnet50, .googlenet: .map(3, 224, 224)
    default: .map(3, 32, 32)
    }
  }

  /// The number of classes unless asked otherwise.
  public var classCount: Int {
    switch self {
    case .alexnet, .resnet18, .resnet34, .resnet50, .googlenet: 1000
    default: 10
    }
  }

  /// The preprocessing trained weights usually want.
  public var preprocessing: Preprocessing {
    switch self {
    case .fashionVGG: .fashionMNIST
    case .alexnet, .resnet18, .resnet34, .resnet50: .imagenet
    // torchvision's weights expect ImageNet's statistics undone inside the network
    // (`transform_input`), which amounts to these.
    case .googlenet:
      Preprocessing(resizeShorterSide: 256, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    default: .cifar
    }
  }

  /// The usual preprocessing for images of `channels`: its greyscale or colour counterpart, with
  /// averaged statistics, if the network was meant for another number.
  public func preprocessing(channels: Int) -> Preprocessing {
    var adapted = preprocessing
    guard adapted.mean.count != channels else { return adapted }
    func average(_ values: [Float]) -> [Float] {
      [Float](repeating: values.reduce(0, +) / Float(values.count), count: channels)
    }
    adapted.channelOrder = channels == 1 ? .grey : .rgb
    adapted.mean = average(adapted.mean)
    adapted.std = average(adapted.std)
    return adapted
  }

  /// The network without weights.
  ///
  /// - Parameters:
  ///   - inputShape: `C×H×W` of one image; `nil` takes the usual one.
  ///   - classes: outputs; `nil` takes the usual number.
  /// - Throws: ``GraphError`` if the network does not fit the input.
  public func graph(
    inputShape: Shape? = nil, classes: Int? = nil
  ) throws(GraphError) -> Graph {
    var builder = LayerBuilder(inputShape: inputShape ?? self.inputShape)
    builder.build(self, classes: classes ?? classCount)
    return try builder.graph()
  }
}

extension LayerBuilder {
  fileprivate mutating func build(_ architecture: Architecture, classes: Int) {
    switch architecture {
    case .vgg9: vgg9(classes: classes)
    case .vggSmall: vggSmall(classes: classes)
    case .fashionVGG: fashionVGG(classes: classes)
    case .resnet20: cifarResNet(blocksPerStage: 3, shortcut: .zeroPadding, classes: classes)
    case .resnet32: cifarResNet(blocksPerStage: 5, shortcut: .zeroPadding, classes: classes)
    case .resnet44: cifarResNet(blocksPerStage: 7, shortcut: .zeroPadding, classes: classes)
    case .resnet56: cifarResNet(blocksPerStage: 9, shortcut: .zeroPadding, classes: classes)
    case .resnet20B: cifarResNet(blocksPerStage: 3, shortcut: .convolution, classes: classes)
    case .resnet32B: cifarResNet(blocksPerStage: 5, shortcut: .convolution, classes: classes)
    case .resnet44B: cifarResNet(blocksPerStage: 7, shortcut: .convolution, classes: classes)
    case .resnet56B: cifarResNet(blocksPerStage: 9, shortcut: .convolution, classes: classes)
    case .alexnet: alexNet(classes: classes)
    case .resnet18: resNet(blocks: [2, 2, 2, 2], isBottleneck: false, classes: classes)
    case .resnet34: resNet(blocks: [3, 4, 6, 3], isBottleneck: false, classes: classes)
    case .resnet50: resNet(blocks: [3, 4, 6, 3], isBottleneck: true, classes: classes)
    case .googlenet: googLeNet(classes: classes)
    }
  }
}
