import SignetModel

/// What an operation of a program reads.
enum Operand {
  case value(ProgramValue)
  case values([ProgramValue])
  case integer(Int)
  case integers([Int])
  case flag(Bool)
  case flags([Bool])
  case text(String)
  /// In the program's precision.
  case number(Float)
}

extension ProtoValue {
  /// A text.
  init(text: String) {
    self.init()
    type = ProtoValueType(.string, [])
    immediateValue.tensor.strings.values = [text]
  }

  /// What an operand other than a value of the program holds.
  init?(_ operand: Operand, _ precision: CoreMLExporter.Precision) {
    self.init()
    var tensor = ProtoTensorValue()
    switch operand {
    case .value, .values: return nil
    case .integer(let number):
      type = ProtoValueType(.int32, [])
      tensor.ints.values = [Int32(clamping: number)]
    case .integers(let numbers):
      type = ProtoValueType(.int32, [numbers.count])
      tensor.ints.values = numbers.map { Int32(clamping: $0) }
    case .flag(let flag):
      type = ProtoValueType(.bool, [])
      tensor.bools.values = [flag]
    case .flags(let flags):
      type = ProtoValueType(.bool, [flags.count])
      tensor.bools.values = flags
    case .text(let text):
      self = ProtoValue(text: text)
      return
    case .number(let number):
      type = ProtoValueType(precision.type, [])
      tensor = precision.tensor([number])
    }
    immediateValue.tensor = tensor
  }
}
