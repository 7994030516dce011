import SignetModel
import Torch

extension Elementary {
  func apply(to input: Tensor) throws(TorchError) -> Tensor {
    switch self {
    case .exp: try input.exp()
    case .log: try input.log()
    case .sqrt: try input.sqrt()
    case .reciprocal: try 1 / input
    case .abs: try input.abs()
    case .negate: try -input
    case .sign: try input.sign()
    case .floor: try input.floor()
    case .ceil: try input.ceil()
    case .round: try input.round()
    case .sin: try input.sin()
    case .cos: try input.cos()
    case .tanh: try input.tanh()
    case .erf: try input.erf()
    case .gelu: try input.gelu()
    case .geluTanh: try input.gelu(byTanh: true)
    case .softplus: try Self.softplus(input)
    case .softsign: try input / (input.abs() + 1)
    case .mish: try input * Self.softplus(input).tanh()
    case .not: try input.eq(Tensor(0)).to(.float32)
    }
  }

  private static func softplus(_ input: Tensor) throws(TorchError) -> Tensor {
    try input.relu() + ((-(input.abs())).exp() + 1).log()
  }
}

extension BinaryFunction {
  func apply(to a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
    switch self {
    case .add: return try a + b
    case .subtract: return try a - b
    case .multiply: return try a * b
    case .divide: return try a / b
    case .minimum: return try a.minimum(b)
    case .maximum: return try a.maximum(b)
    case .power: return try a.pow(b)
    case .remainder: return try a.fmod(b)
    case .equal: return try a.eq(b).to(.float32)
    case .less: return try a.lt(b).to(.float32)
    case .lessOrEqual: return try a.le(b).to(.float32)
    case .greater: return try b.lt(a).to(.float32)
    case .greaterOrEqual: return try b.le(a).to(.float32)
    case .and, .or, .exclusiveOr:
      let (left, right) = (try Self.truth(a), try Self.truth(b))
      switch self {
      case .and: return try left * right
      case .or: return try left.maximum(right)
      default: return try (left - right).abs()
      }
    }
  }

  /// 1 where a number is not 0.
  private static func truth(_ value: Tensor) throws(TorchError) -> Tensor {
    try 1 - value.eq(Tensor(0)).to(.float32)
  }
}
