import CSignet
import SignetModel
import SignetRuntime

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

// The functions that `signet.h` declares and describes.

@_cdecl("signet_api_version")
public func apiVersion() -> UInt32 { UInt32(SIGNET_API_VERSION) }

private let versionText = CString("0.1.0")

@_cdecl("signet_version")
public func version() -> UnsafePointer<CChar> { versionText.pointer }

@_cdecl("signet_open")
public func open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<signet_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> signet_status {
  model?.pointee = nil
  return status {
    guard let path else { throw ArgumentError.null("path") }
    guard let path = String(validatingCString: path) else { throw ArgumentError.text("path") }
    try hand(Model(contentsOf: URL(fileURLWithPath: path)), options, to: model)
  }
}

@_cdecl("signet_open_bytes")
public func open(
  _ bytes: UnsafeRawPointer?, _ count: Int, _ options: UnsafePointer<signet_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> signet_status {
  model?.pointee = nil
  return status {
    guard let bytes else { throw ArgumentError.null("bytes") }
    let data = Data(bytes: bytes, count: count)
    try hand(Model(fileData: data, path: "memory"), options, to: model)
  }
}

/// Gives C a handle that it must free.
private func hand(
  _ model: Model, _ options: UnsafePointer<signet_options>?,
  to handle: UnsafeMutablePointer<OpaquePointer?>?
) throws {
  guard let handle else { throw ArgumentError.null("model") }
  let open = try OpenModel(model, try engineOptions(options))
  handle.pointee = OpaquePointer(Unmanaged.passRetained(open).toOpaque())
}

private func engineOptions(
  _ options: UnsafePointer<signet_options>?
) throws -> Engine.Options {
  guard let options else { return Engine.Options() }
  let size = MemoryLayout<signet_options>.size
  guard options.pointee.size >= size else {
    throw ArgumentError.structureSize(
      of: "signet_options", expected: size, found: options.pointee.size)
  }
  let given = options.pointee
  return Engine.Options(
    threads: max(1, Int(given.threads)), maximumBatch: max(1, Int(given.maximum_batch)),
    isExact: given.is_exact != 0,
    memoryLimit: given.memory_limit == 0 ? nil : Int(clamping: given.memory_limit))
}

private func opened(_ model: OpaquePointer?) throws -> OpenModel {
  guard let model else { throw ArgumentError.null("model") }
  return Unmanaged<OpenModel>.fromOpaque(UnsafeRawPointer(model)).takeUnretainedValue()
}

@_cdecl("signet_free")
public func free(_ model: OpaquePointer?) {
  guard let model else { return }
  Unmanaged<OpenModel>.fromOpaque(UnsafeRawPointer(model)).release()
}

@_cdecl("signet_input_count")
public func inputCount(_ model: OpaquePointer?) -> Int { (try? opened(model))?.inputs.count ?? 0 }

@_cdecl("signet_output_count")
public func outputCount(_ model: OpaquePointer?) -> Int {
  (try? opened(model))?.outputs.count ?? 0
}

@_cdecl("signet_input")
public func input(
  _ model: OpaquePointer?, _ index: Int, _ tensor: UnsafeMutablePointer<signet_tensor>?
) -> signet_status {
  status { try describe(opened(model).inputs, index, tensor) }
}

@_cdecl("signet_output")
public func output(
  _ model: OpaquePointer?, _ index: Int, _ tensor: UnsafeMutablePointer<signet_tensor>?
) -> signet_status {
  status { try describe(opened(model).outputs, index, tensor) }
}

private func describe(
  _ ports: [OpenModel.Port], _ index: Int, _ tensor: UnsafeMutablePointer<signet_tensor>?
) throws {
  guard let tensor else { throw ArgumentError.null("tensor") }
  guard ports.indices.contains(index) else {
    throw ArgumentError.index(index, count: ports.count)
  }
  tensor.pointee = signet_tensor()
  tensor.pointee.name = ports[index].name.pointer
  tensor.pointee.setExtents(ports[index].extents)
}

@_cdecl("signet_info")
public func info(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  (try? opened(model))?.info.pointer
}

@_cdecl("signet_run")
public func run(
  _ model: OpaquePointer?, _ inputs: UnsafePointer<signet_tensor>?, _ inputCount: Int,
  _ outputs: UnsafeMutablePointer<signet_tensor>?, _ outputCount: Int
) -> signet_status {
  status {
    let model = try opened(model)
    guard let inputs, let outputs else {
      throw ArgumentError.null(inputs == nil ? "inputs" : "outputs")
    }
    var named: [String: DenseTensor] = [:]
    for input in UnsafeBufferPointer(start: inputs, count: inputCount) {
      named[try input.text()] = try input.tensor(checked: model.check)
    }
    try model.run(named, into: UnsafeMutableBufferPointer(start: outputs, count: outputCount))
  }
}

@_cdecl("signet_run_image")
public func runImage(
  _ model: OpaquePointer?, _ image: UnsafePointer<signet_image>?,
  _ outputs: UnsafeMutablePointer<signet_tensor>?, _ outputCount: Int
) -> signet_status {
  status {
    let model = try opened(model)
    guard let image, let outputs else {
      throw ArgumentError.null(image == nil ? "image" : "outputs")
    }
    try model.run(
      [model.inputs[0].text: model.model.input(of: image.pointee.pixelImage())],
      into: UnsafeMutableBufferPointer(start: outputs, count: outputCount))
  }
}
