import SignetModel

extension ImageFile {
  /// A part of an image, stretched to `shape`, as bytes C×H×W in the channel order of
  /// `preprocessing`.
  ///
  /// JPEG files of which far more pixels are wanted than the network takes are decoded at a half, a
  /// quarter or an eighth of their size, by the decoder's own smaller transform: the part is then the
  /// nearest one on the coarser grid, and never smaller than `shape`.
  ///
  /// - Parameters:
  ///   - name: what an error calls the file
  ///   - box: the part, of an image of so many pixels in width and height
  static func croppedPixels(
    decoding bytes: [UInt8], name: String, shape: Shape, preprocessing: Preprocessing,
    box: (_ width: Int, _ height: Int) -> ResizedCrop.Box
  ) throws(DataError) -> [UInt8] {
    let isGrey = preprocessing.channelOrder == .grey
    try check(shape, preprocessing)
    do throws(ImageDefect) {
      var part: ResizedCrop.Box
      let image: PixelImage
      if JPEG.hasSignature(bytes) {
        let size = try JPEG.size(bytes)
        part = box(size.width, size.height)
        let divisor = [8, 4, 2].first {
          part.width / $0 >= shape.width && part.height / $0 >= shape.height
        }
        image = try JPEG.decode(bytes, dividedBy: Int32(divisor ?? 1))
        part = part.scaled(by: divisor ?? 1, within: image)
      } else {
        image = try decode(bytes)
        part = box(image.width, image.height)
      }
      let cut = image.cropped(
        left: part.left, top: part.top, width: part.width, height: part.height)
      return ImageFit(image: isGrey ? cut.grey : cut, stretchedTo: shape, preprocessing).planes()
    } catch {
      throw .image(file: name, error)
    }
  }
}

extension ResizedCrop.Box {
  /// The same part of an image that was decoded at a fraction of its size.
  fileprivate func scaled(by divisor: Int, within image: PixelImage) -> ResizedCrop.Box {
    var box = self
    box.width = min(image.width, max(1, width / divisor))
    box.height = min(image.height, max(1, height / divisor))
    box.left = min(left / divisor, image.width - box.width)
    box.top = min(top / divisor, image.height - box.height)
    return box
  }
}
