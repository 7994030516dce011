extension Model {
  /// An image as the network takes it: resized with anti-aliasing, cropped at the centre and
  /// normalised as ``preprocessing`` says, to the bytes as torchvision and Pillow do it.
  ///
  /// - Parameters:
  ///   - image: of any size
  ///   - name: the input; `nil`: the first
  ///   - shape: C×H×W, where the input's height or width is open; `nil`: its usual one
  /// - Returns: 1 × C × H × W
  /// - Throws: ``PixelImageError`` if there is no such input, or it takes no images.
  public func input(
    of image: PixelImage, named name: String? = nil, shape: Shape? = nil
  ) throws(PixelImageError) -> DenseTensor {
    let names = graph.inputs.map(\.name)
    let wanted = name ?? names.first ?? Graph.inputName
    guard let port = graph.inputs.first(where: { $0.name == wanted }) else {
      throw .noInput(name: wanted, expected: names)
    }
    let shape = shape ?? port.shape
    guard preprocessing.channelOrder != .none, shape.isMap,
      shape.channels == preprocessing.mean.count
    else { throw .noImage(input: wanted) }
    let fitted = preprocessing.channelOrder == .grey ? image.grey : image
    let planes = ImageFit(image: fitted, shape: shape, preprocessing).planes()
    let table = preprocessing.values(channels: shape.channels)
    let area = shape.width * shape.height
    let values = planes.indices.map { table[$0 / area * 256 + Int(planes[$0])] }
    guard let tensor = DenseTensor(extents: [1] + shape.extents, values: values) else {
      throw .noImage(input: wanted)
    }
    return tensor
  }
}

extension Preprocessing {
  /// What each byte becomes: channels × 256.
  package func values(channels: Int) -> [Float] {
    (0..<channels).flatMap { channel in
      (0..<256).map { (Float($0) * scale - mean[channel]) / std[channel] }
    }
  }
}
