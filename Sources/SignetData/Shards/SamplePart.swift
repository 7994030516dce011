/// What a member of a shard is to its sample: members of one name up to the first dot of its last
/// component belong together (WebDataset's convention).
struct SamplePart {
  enum Role: Hashable {
    case image, label
  }

  private static let roles: [String: Role] = [
    "jpg": .image, "jpeg": .image, "png": .image, "cls": .label,
  ]

  /// The name up to that dot.
  let key: ArraySlice<UInt8>
  let role: Role

  /// `nil` for a member of another kind.
  init?(name: [UInt8]) {
    let slash = name.lastIndex(of: UInt8(ascii: "/"))
    let last = name[(slash.map { $0 + 1 } ?? 0)...]
    guard let dot = last.firstIndex(of: UInt8(ascii: ".")), dot > last.startIndex,
      let role = Self.roles[String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()]
    else { return nil }
    key = name[..<dot]
    self.role = role
  }
}
