import CSignet
import CSignetONNXRuntime
import SignetModel
import SignetRuntime

// The functions that `signet_operator.h` declares and describes.

@_cdecl("signet_operator_of_layer")
public func operatorOfLayer(_ layer: UnsafePointer<signet_layer>?) -> OpaquePointer? {
  made {
    guard let layer = layer?.pointee else { throw OperatorError.noNode }
    let name = String(cString: layer.name)
    return try named(name) {
      try Operator(name: name, model: layer.model(named: name))
    }
  }
}

@_cdecl("signet_operator_of_block")
public func operatorOfBlock(
  _ node: UnsafePointer<CChar>?, _ file: UnsafePointer<signet_operand>?, _ inputs: Int,
  _ outputs: Int
) -> OpaquePointer? {
  made {
    guard let node, let file else { throw OperatorError.noNode }
    let name = String(cString: node)
    return try named(name) {
      let model = try Model(fileData: file.pointee.data(), path: "model")
      for (part, expected, found) in [
        ("inputs", model.graph.inputs.count, inputs),
        ("outputs", model.graph.outputs.count, outputs),
      ] where expected != found {
        throw OperatorError.portCount(part: part, expected: expected, found: found)
      }
      return try Operator(name: name, model: model)
    }
  }
}

@_cdecl("signet_operator_free")
public func freeOperator(_ handle: OpaquePointer?) {
  guard let handle else { return }
  Unmanaged<Operator>.fromOpaque(UnsafeRawPointer(handle)).release()
}

@_cdecl("signet_operator_run")
public func runOperator(
  _ handle: OpaquePointer?, _ context: UnsafeMutablePointer<signet_operator_run_context>?
) -> Bool {
  guard let handle, let context else { return false }
  let found = Unmanaged<Operator>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
  return succeeds { try named(found.name) { try found.run(context) } }
}

/// A handle that C must free; `nil`, and the reason kept, where there is none.
private func made(_ make: () throws -> Operator) -> OpaquePointer? {
  var result: OpaquePointer?
  _ = succeeds {
    result = OpaquePointer(Unmanaged.passRetained(try make()).toOpaque())
  }
  return result
}

private func succeeds(_ body: () throws -> Void) -> Bool {
  do {
    try body()
    return true
  } catch {
    "\(error)".withCString(signet_set_last_error)
    return false
  }
}

/// Says of an error which node it is about.
private func named<Result>(_ node: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch {
    throw OperatorError.node(name: node, reason: "\(error)")
  }
}
