/// A tensor of a program.
struct ProgramValue {
  let name: String
  /// Extents, the batch included.
  let extents: [Int]
  let type: ProtoDataType

  var valueType: ProtoValueType { ProtoValueType(type, extents) }

  var named: ProtoNamedValueType {
    var named = ProtoNamedValueType()
    named.name = name
    named.type = valueType
    return named
  }
}

extension ProtoValueType {
  init(_ type: ProtoDataType, _ extents: [Int]) {
    self.init()
    tensorType.dataType = type
    tensorType.rank = Int64(extents.count)
    tensorType.dimensions = extents.map { extent in
      var dimension = ProtoDimension()
      dimension.constant.size = UInt64(extent)
      return dimension
    }
  }
}
