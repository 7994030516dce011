import Foundation
import SignetModel

/// Operators on one tensor, element by element.
extension ConstantFolder {
  static let functionRules: [String: Rule] = [
    "Constant": { folder throws(NodeFailure) in [try folder.constant()] },
    "Cast": { folder throws(NodeFailure) in
      folder.attributes.ignore("saturate", "round_mode")
      let type = try ElementType.named(by: try folder.attributes.integer("to"))
      return [try folder.cast(try folder.input(0, "input"), to: type)]
    },
    "CastLike": { folder throws(NodeFailure) in
      folder.attributes.ignore("saturate", "round_mode")
      let type = try folder.input(1, "target_type").type
      return [try folder.cast(try folder.input(0, "input"), to: type)]
    },
    "Neg": { folder throws(NodeFailure) in try folder.unary({ -$0 }, { 0 &- $0 }) },
    "Abs": { folder throws(NodeFailure) in
      try folder.unary({ abs($0) }, { $0 < 0 ? 0 &- $0 : $0 })
    },
    "Sign": { folder throws(NodeFailure) in
      try folder.unary({ $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }, { $0.signum() })
    },
    "Not": { folder throws(NodeFailure) in try folder.unary(nil, { $0 == 0 ? 1 : 0 }) },
    "Floor": { folder throws(NodeFailure) in try folder.unary({ $0.rounded(.down) }) },
    "Ceil": { folder throws(NodeFailure) in try folder.unary({ $0.rounded(.up) }) },
    "Round": { folder throws(NodeFailure) in
      try folder.unary({ $0.rounded(.toNearestOrEven) })
    },
    "Sqrt": { folder throws(NodeFailure) in try folder.unary({ $0.squareRoot() }) },
    "Reciprocal": { folder throws(NodeFailure) in try folder.unary({ 1 / $0 }) },
    "Exp": { folder throws(NodeFailure) in try folder.unary({ exp($0) }) },
    "Log": { folder throws(NodeFailure) in try folder.unary({ log($0) }) },
    "Sin": { folder throws(NodeFailure) in try folder.unary({ sin($0) }) },
    "Cos": { folder throws(NodeFailure) in try folder.unary({ cos($0) }) },
    "Erf": { folder throws(NodeFailure) in try folder.unary({ erf($0) }) },
    "IsNaN": { folder throws(NodeFailure) in try folder.truth { $0.isNaN } },
    "IsInf": { folder throws(NodeFailure) in
      let above = try folder.attributes.flag("detect_positive", default: true)
      let below = try folder.attributes.flag("detect_negative", default: true)
      return try folder.truth { $0.isInfinite && ($0 > 0 ? above : below) }
    },
    "Tanh": { folder throws(NodeFailure) in try folder.unary({ tanh($0) }) },
    "Relu": { folder throws(NodeFailure) in try folder.unary({ max($0, 0) }, { max($0, 0) }) },
    "Sigmoid": { folder throws(NodeFailure) in try folder.unary({ Activation.sigmoid($0) }) },
    "HardSwish": { folder throws(NodeFailure) in try folder.unary({ Activation.hardSwish($0) }) },
    "HardSigmoid": { folder throws(NodeFailure) in
      let function = Activation.hardSigmoid(
        slope: try folder.attributes.float("alpha") ?? 0.2,
        offset: try folder.attributes.float("beta") ?? 0.5)
      return try folder.unary({ function($0) })
    },
    "LeakyRelu": { folder throws(NodeFailure) in
      let function = Activation.leakyRelu(slope: try folder.attributes.float("alpha") ?? 0.01)
      return try folder.unary({ function($0) })
    },
    "Clip": { folder throws(NodeFailure) in try folder.clip() },
  ]

  private mutating func unary(
    _ float: ((Float) -> Float)?, _ integer: ((Int64) -> Int64)? = nil
  ) throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "input")
    _ = try budget.claim(data.dims)
    if let values = data.integers, let integer {
      return [
        ConstantTensor(
          dims: data.dims, integers: values.map { data.type.wrap(integer($0)) }, type: data.type)
      ]
    }
    guard data.integers == nil, let float else {
      throw NodeFailure("input", expected: "another element type", found: data.type)
    }
    return [ConstantTensor(dims: data.dims, floats: data.floats.map(float), type: data.type)]
  }

  private mutating func truth(
    _ function: (Float) -> Bool
  ) throws(NodeFailure) -> [ConstantTensor] {
    let data = try input(0, "X")
    _ = try budget.claim(data.dims)
    let values = data.floats.map { function($0) ? Int64(1) : 0 }
    return [ConstantTensor(dims: data.dims, integers: values, type: .bool)]
  }

  private mutating func clip() throws(NodeFailure) -> [ConstantTensor] {
    if let low = optional(1)?.integers ?? optional(2)?.integers.map({ _ in [.min] }) {
      let high = optional(2)?.integers?.first ?? .max
      return try unary(nil, { min(max($0, low.first ?? .min), high) })
    }
    let bounds = (try attributes.float("min"), try attributes.float("max"))
    let low = optional(1)?.floats.first ?? bounds.0
    let high = optional(2)?.floats.first ?? bounds.1
    let function = Activation.clip(minimum: low, maximum: high)
    return try unary({ function($0) }, low == nil && high == nil ? { $0 } : nil)
  }

  private mutating func constant() throws(NodeFailure) -> ConstantTensor {
    if let stored = try attributes.tensor("value") { return try decode(stored) }
    if let value = try attributes.float("value_float") {
      return ConstantTensor(dims: [], floats: [value])
    }
    if let value = try attributes.integer("value_int") {
      return ConstantTensor(dims: [], integers: [Int64(value)])
    }
    if attributes.has("value_floats"), let values = try attributes.floats("value_floats") {
      return ConstantTensor(dims: [values.count], floats: values)
    }
    if attributes.has("value_ints"), let values = try attributes.integers("value_ints") {
      return ConstantTensor(dims: [values.count], integers: values.map(Int64.init))
    }
    throw NodeFailure("value", expected: "a tensor or numbers", found: "nothing of that kind")
  }

  private mutating func cast(
    _ tensor: ConstantTensor, to type: ElementType
  ) throws(NodeFailure) -> ConstantTensor {
    _ = try budget.claim(tensor.dims)
    switch (tensor.storage, type.isFloat) {
    case (.floats(let values), true):
      return ConstantTensor(dims: tensor.dims, floats: values, type: type)
    case (.integers(let values), true):
      return ConstantTensor(dims: tensor.dims, floats: values.map(Float.init), type: type)
    case (.integers(let values), false):
      return ConstantTensor(dims: tensor.dims, integers: values.map(type.wrap), type: type)
    case (.floats(let values), false):
      let integers = values.map { value -> Int64 in
        if type == .bool { return value == 0 ? 0 : 1 }
        guard value.isFinite, abs(value) < 9.2e18 else { return value > 0 ? .max : .min }
        return type.wrap(Int64(value))
      }
      return ConstantTensor(dims: tensor.dims, integers: integers, type: type)
    }
  }
}
