import Foundation
import SignetModel

extension ProtoAttribute {
  /// What a Cast casts to.
  static let float32 = ProtoAttribute.integer("to", Int(ElementType.float32.onnxCode))

  private init(_ name: String, type: Int32) {
    self.init()
    self.name = name
    self.type = type
  }

  static func float(_ name: String, _ value: Float) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 1)
    attribute.f = value
    return attribute
  }

  static func integer(_ name: String, _ value: Int) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 2)
    attribute.i = Int64(value)
    return attribute
  }

  static func flag(_ name: String, _ value: Bool) -> ProtoAttribute {
    integer(name, value ? 1 : 0)
  }

  static func string(_ name: String, _ value: String) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 3)
    attribute.s = Data(value.utf8)
    return attribute
  }

  static func floats(_ name: String, _ values: [Float]) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 6)
    attribute.floats = values
    return attribute
  }

  static func strings(_ name: String, _ values: [String]) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 8)
    attribute.strings = values.map { Data($0.utf8) }
    return attribute
  }

  static func integers(_ name: String, _ values: [Int]) -> ProtoAttribute {
    var attribute = ProtoAttribute(name, type: 7)
    attribute.ints = values.map(Int64.init)
    return attribute
  }
}
