import Foundation

/// The files beside a model in which tensors too large for protobuf lie. Only files inside the
/// model's own folder are read: a model from a stranger must not reach for `/etc/passwd`.
final class ExternalData {
  private let file: String
  private let folder: URL
  private var opened: [String: Data] = [:]

  init(model: URL) {
    file = model.lastPathComponent
    folder = model.deletingLastPathComponent().resolvingSymlinksInPath().standardizedFileURL
  }

  /// - Returns: exactly `count` bytes of `tensor`.
  func bytes(of tensor: ProtoTensor, count: Int) throws(ONNXError) -> Data {
    let entries = Dictionary(
      tensor.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    guard let location = entries["location"], !location.isEmpty else {
      throw failure(tensor, "", "is not named")
    }
    let offset = try number(entries["offset"], of: tensor, location) ?? 0
    if let length = try number(entries["length"], of: tensor, location), length != count {
      throw failure(tensor, location, "is said to hold \(length) bytes, not \(count)")
    }
    let data = try open(location, for: tensor)
    guard offset <= data.count, count <= data.count - offset else {
      throw failure(tensor, location, "ends before byte \(offset) + \(count)")
    }
    let start = data.startIndex + offset
    return data[start..<start + count]
  }

  private func open(_ location: String, for tensor: ProtoTensor) throws(ONNXError) -> Data {
    if let data = opened[location] { return data }
    let components = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !location.contains("\\"), !location.contains("\0"),
      components.allSatisfy({ !$0.isEmpty && $0 != ".." })
    else {
      throw failure(tensor, location, "must be a relative path inside the model's folder")
    }
    let url = folder.appendingPathComponent(location).resolvingSymlinksInPath()
    guard url.standardizedFileURL.path.hasPrefix(folder.path + "/") else {
      throw failure(tensor, location, "leads out of the model's folder")
    }
    do {
      let values = try url.resourceValues(forKeys: [.isRegularFileKey])
      guard values.isRegularFile == true else {
        throw failure(tensor, location, "is not a regular file")
      }
      let data = try Data(contentsOf: url, options: .mappedIfSafe)
      opened[location] = data
      return data
    } catch let error as ONNXError {
      throw error
    } catch {
      throw failure(tensor, location, "cannot be read")
    }
  }

  private func number(
    _ text: String?, of tensor: ProtoTensor, _ location: String
  ) throws(ONNXError) -> Int? {
    guard let text else { return nil }
    guard let value = Int(text), value >= 0 else {
      throw failure(tensor, location, "has the place '\(text)'")
    }
    return value
  }

  private func failure(
    _ tensor: ProtoTensor, _ location: String, _ reason: String
  ) -> ONNXError {
    .externalData(file: file, tensor: tensor.name, location: location, reason: reason)
  }
}
