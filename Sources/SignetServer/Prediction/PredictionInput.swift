import Foundation
import SignetData
import SignetModel

/// What a body becomes: what a network takes, and the memory that it and all that follows may use.
struct PredictionInput {
  let tensors: [String: DenseTensor]
  /// Samples.
  let count: Int
  let claim: MemoryClaim
  /// The image's, in pixels; `nil` for tensors.
  let imageSize: (width: Int, height: Int)?

  /// - Throws: ``RequestError`` that says what is wrong with the body.
  init(
    _ bytes: [UInt8], of prediction: Prediction, memory: RequestMemory, deadline: Date
  ) throws(RequestError) {
    let model = prediction.model
    func claim(_ bytes: Int, _ purpose: String) throws(RequestError) -> MemoryClaim {
      guard bytes <= memory.limit(.work) else {
        throw .tooLarge(
          "\(purpose) would take \(bytes) bytes of memory; a request may take "
            + "\(memory.limit(.work))")
      }
      guard let claim = memory.claim(bytes, .work, until: deadline) else {
        throw .busy("other requests have the memory", retryAfter: 1)
      }
      return claim
    }
    if prediction.type.isImage {
      let size = try Self.size(of: bytes, as: prediction)
      count = 1
      imageSize = size
      self.claim = try claim(
        size.width * size.height * Self.bytesPerPixel + model.bytes(samples: 1),
        "an image of \(size.width) × \(size.height) pixels")
      tensors = try Self.image(bytes, for: model.model)
      return
    }
    imageSize = nil
    let tensorBody = TensorBody(
      bytes: bytes, type: prediction.type, model: model.model, samples: prediction.limits.samples,
      unpackedBytes: prediction.limits.bodyBytes)
    self.claim = try claim(tensorBody.bytesToRead(), "reading the body")
    let content = try tensorBody.read()
    count = content.count
    // Without waiting: others may wait for what this one has.
    let more = model.bytes(samples: count)
    guard self.claim.grow(by: more) else {
      guard more <= memory.limit(.work) / 2 else {
        throw .tooLarge("\(count) samples would take \(more) bytes of memory")
      }
      throw .busy("other requests have the memory", retryAfter: 1)
    }
    tensors = tensorBody.tensors(content)
  }

  /// Pixels as decoders hold them, progressive files' coefficients beside them, and what they are
  /// resized to.
  static let bytesPerPixel = 12

  private static func size(
    of bytes: [UInt8], as prediction: Prediction
  ) throws(RequestError) -> (width: Int, height: Int) {
    guard prediction.model.takesImages else {
      throw .mediaType("the model '\(prediction.model.name)' takes no image, but tensors")
    }
    let isPNG = bytes.starts(with: [0x89, 0x50, 0x4e, 0x47])
    let isJPEG = bytes.starts(with: [0xff, 0xd8, 0xff])
    guard prediction.type == .png ? !isJPEG : !isPNG else {
      throw .mediaType("the body is of another type than its Content-Type")
    }
    do throws(DataError) {
      let size = try ImageFile.size(decoding: bytes, name: "image")
      // So that it can be counted at all.
      guard size.width < 1 << 24, size.height < 1 << 24 else {
        throw DataError.image(
          file: "image", .corrupt(reason: "a size of \(size.width) × \(size.height) pixels"))
      }
      return size
    } catch {
      throw .unusable("\(error)")
    }
  }

  private static func image(
    _ bytes: [UInt8], for model: Model
  ) throws(RequestError) -> [String: DenseTensor] {
    let input = model.graph.inputs[0]
    let pixels: [UInt8]
    do throws(DataError) {
      pixels = try ImageFile.pixels(
        decoding: bytes, name: "image", shape: input.shape, preprocessing: model.preprocessing)
    } catch {
      throw .unusable("\(error)")
    }
    let table = model.preprocessing.values(channels: input.shape.channels)
    let area = input.shape.width * input.shape.height
    let values = pixels.indices.map { table[$0 / area * 256 + Int(pixels[$0])] }
    guard let tensor = DenseTensor(extents: [1] + input.shape.extents, values: values) else {
      throw .unusable("the image does not become the input")
    }
    return [input.name: tensor]
  }
}

extension ServedModel {
  /// What a request may take beside its body: inputs, outputs and the answer's text.
  func bytes(samples: Int) -> Int {
    let counts = elementCounts
    return samples
      * (counts.inputs * Prediction.bytesPerInput + counts.outputs * Prediction.bytesPerOutput)
      + (64 << 10)
  }
}
