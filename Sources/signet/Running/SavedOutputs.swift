import Foundation
import SignetData
import SignetModel

/// Writes what a network gives for an image: all of it as `.npz`, maps as pictures beside it.
struct SavedOutputs {
  let folder: URL
  let model: Model
  private var taken: Set<String> = []

  init(folder: String, model: Model) throws(CommandError) {
    self.folder = URL(fileURLWithPath: folder, isDirectory: true)
    self.model = model
    do {
      try FileManager.default.createDirectory(
        at: self.folder, withIntermediateDirectories: true)
    } catch {
      throw .output(file: folder, reason: .folderNotWritable(folder))
    }
  }

  /// - Parameters:
  ///   - outputs: by name, batch first, of one sample
  ///   - file: the image's
  mutating func write(_ outputs: [String: DenseTensor], for file: String) throws {
    let stem = unique(URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent)
    var archive = NPZFile()
    for output in model.graph.outputs {
      guard let tensor = outputs[output.name] else { continue }
      archive.add(output.name.replacingOccurrences(of: "/", with: "_"), tensor)
      guard model.outputKind(of: output) == .map, let picture = picture(of: tensor) else {
        continue
      }
      let name = model.graph.outputs.count > 1 ? "\(stem).\(Self.fileName(output.name))" : stem
      try AtomicFile.write([picture], to: folder.appendingPathComponent("\(name).png"))
    }
    try AtomicFile.write([archive.bytes], to: folder.appendingPathComponent("\(stem).npz"))
  }

  private mutating func unique(_ stem: String) -> String {
    var name = stem
    var suffix = 2
    while !taken.insert(name).inserted {
      name = "\(stem)_\(suffix)"
      suffix += 1
    }
    return name
  }

  private static func fileName(_ name: String) -> String {
    String(name.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "_" })
  }

  /// A map of one or three channels from its least number, black, to its largest, white; of more
  /// channels, the place of the largest as a grey.
  private func picture(of tensor: DenseTensor) -> Data? {
    let shape = Shape(Array(tensor.extents.dropFirst()))
    let isChannelsLast = shape.isChannelsLastMap
    let (channels, height, width) =
      isChannelsLast
      ? (shape.extents[2], shape.extents[0], shape.extents[1])
      : (shape.channels, shape.height, shape.width)
    let area = height * width
    if channels == 1 || channels == 3 {
      let (least, most) = (tensor.values.min() ?? 0, tensor.values.max() ?? 0)
      let scale = most > least ? 255 / (most - least) : 0
      let pixels = (0..<area * channels).map { index in
        let place = isChannelsLast ? index : index % channels * area + index / channels
        let value = tensor.values[place]
        return UInt8(max(0, min(255, ((value - least) * scale).rounded())))
      }
      return PNG.encode(pixels, width: width, height: height, channels: channels)
    }
    let pixels = (0..<area).map { pixel in
      let places = (0..<channels).max {
        (tensor.values[$0 * area + pixel], $1) < (tensor.values[$1 * area + pixel], $0)
      }
      return UInt8(min(255, (places ?? 0) * max(1, 255 / max(1, channels - 1))))
    }
    return PNG.encode(pixels, width: width, height: height, channels: 1)
  }
}
