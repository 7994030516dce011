import Foundation
import Testing

@testable import SignetModel

@Suite struct SafetensorsHeaderTests {
  private func defect(_ data: Data) -> ModelFileError.Defect? {
    do {
      _ = try SafetensorsFile(data: data, path: "file")
      return nil
    } catch {
      return error.defect
    }
  }

  private func defect(header: String, dataCount: Int = 0) -> ModelFileError.Defect? {
    defect(ForgedFile.file(header: header, data: Data(count: dataCount)))
  }

  private func tensor(
    _ name: String = "a", dtype: String = "F32", shape: String, offsets: String
  ) -> String {
    "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  @Test func validFiles() throws {
    let header =
      "{\(tensor(shape: "[2, 3]", offsets: "[0,24]")) , "
      + "\(tensor("b\\u00e9\\ud83d\\ude00\\n", dtype: "U8", shape: "[]", offsets: "[24,25]")),"
      + "\(tensor("c", dtype: "I64", shape: "[0]", offsets: "[25,25]"))}  "
    let bytes = Data((0..<6).flatMap { i in withUnsafeBytes(of: Float(i)) { Array($0) } } + [7])
    let file = try SafetensorsFile(
      data: ForgedFile.file(header: header, data: bytes), path: "file")
    #expect(file.tensors.keys.sorted() == ["a", "bé😀\n", "c"])
    let a = try #require(file.tensors["a"])
    #expect(a.shape == [2, 3])
    #expect(file.values(of: a).array == [0, 1, 2, 3, 4, 5])
    let b = try #require(file.tensors["bé😀\n"])
    #expect(file.values(of: b).array == [7])
    #expect(file.values(of: try #require(file.tensors["c"])).count == 0)
    #expect(defect(header: "{}") == nil)
    #expect(!file.isModel)
  }

  @Test func lengths() {
    #expect(defect(Data()) == .truncated(expected: 8, found: 0))
    #expect(defect(Data(count: 7)) == .truncated(expected: 8, found: 7))
    let limit = SafetensorsHeader.byteLimit
    for length in [UInt64(0), 1, UInt64(limit) + 1, 1 << 40, 1 << 63, .max] {
      let data = withUnsafeBytes(of: length.littleEndian) { Data($0) } + Data("{}".utf8)
      #expect(defect(data) == .headerLength(found: length, limit: limit))
    }
    let long = withUnsafeBytes(of: UInt64(limit).littleEndian) { Data($0) } + Data("{}".utf8)
    #expect(defect(long) == .truncated(expected: limit + 8, found: 10))
  }

  @Test(arguments: [
    "  ", "[]", "{ ", "{}}", "{} x", "\"a\"", "{\"a\"}", "{\"a\":1}", "{\"a\":{}}", "{,}",
    "{\"a\":{},}",
    "{\"a\" {}}", "{'a':{}}", "{\"a:{}}", "{\"\\x\":{}}", "{\"\\ud800\":{}}",
    "{\"\\ud800\\u0041\":{}}",
    "{\"\\udc00\":{}}", "{\"\\u12\":{}}", "{\"\u{1}\":{}}", "{\"a\\", "{\"__metadata__\":[]}",
    "{\"__metadata__\":{\"a\":1}}", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1e0],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":}}",
  ]) func syntax(header: String) {
    guard case .json("header", .some, _) = defect(header: header, dataCount: 4) else {
      Issue.record("accepted, or another error: \(header)")
      return
    }
  }

  @Test func invalidUTF8() {
    var data = ForgedFile.file(header: "{\"abc\":{}}")
    data[11] = 0xff
    guard case .json("header", 2, _) = defect(data) else {
      Issue.record("invalid UTF-8 was accepted")
      return
    }
  }

  @Test func deepNesting() {
    for open in ["[", "{\"x\":"] {
      let header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":"
        + String(repeating: open, count: 200_000)
      guard case .json("header", .some, "nested deeper than 32") = defect(header: header) else {
        Issue.record("deep nesting was accepted")
        return
      }
    }
    let shape = String(repeating: "1,", count: 1000) + "1"
    guard
      case .json = defect(
        header: "{\(tensor(shape: "[\(shape)]", offsets: "[0,4]"))}", dataCount: 4)
    else {
      Issue.record("a shape of a thousand extents was accepted")
      return
    }
  }

  @Test func duplicates() {
    let one = tensor(shape: "[1]", offsets: "[0,4]")
    let two = tensor(shape: "[1]", offsets: "[4,8]")
    #expect(defect(header: "{\(one),\(two)}", dataCount: 8) == .duplicate(name: "a"))
    #expect(
      defect(header: "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}") == .duplicate(name: "k"))
    #expect(
      defect(header: "{\"__metadata__\":{},\"__metadata__\":{}}")
        == .duplicate(name: "__metadata__"))
  }

  @Test func elementTypes() {
    guard
      case .elementType("a", _, "F31", let suggestion) = defect(
        header: "{\(tensor(dtype: "F31", shape: "[1]", offsets: "[0,4]"))}", dataCount: 4)
    else {
      Issue.record("F31 was accepted")
      return
    }
    #expect(suggestion == "F32")
  }

  @Test func sizes() {
    #expect(
      defect(header: "{\(tensor(shape: "[2]", offsets: "[0,4]"))}", dataCount: 4)
        == .tensorSize(tensor: "a", expected: 8, found: 4))
    #expect(
      defect(header: "{\(tensor(shape: "[1]", offsets: "[0,9223372036854775807]"))}", dataCount: 4)
        == .tensorSize(tensor: "a", expected: 4, found: .max))
    let huge = "[4611686018427387904,4]"
    #expect(
      defect(header: "{\(tensor(shape: huge, offsets: "[0,4]"))}", dataCount: 4)
        == .extents(tensor: "a", found: [1 << 62, 4]))
    #expect(
      defect(header: "{\(tensor(shape: "[2305843009213693951]", offsets: "[0,4]"))}", dataCount: 4)
        == .tensorSize(tensor: "a", expected: (1 << 61 - 1) * 4, found: 4))
    let far = (1 << 61 - 1) * 4
    #expect(
      defect(header: "{\(tensor(shape: "[2305843009213693951]", offsets: "[0,\(far)]"))}")
        .map { if case .truncated(_, let found) = $0 { found > 8 } else { false } } == true)
  }

  @Test func offsets() {
    func pair(_ first: String, _ second: String, dataCount: Int) -> ModelFileError.Defect? {
      defect(
        header: "{\(tensor("a", shape: "[1]", offsets: first)),"
          + "\(tensor("b", shape: "[1]", offsets: second))}", dataCount: dataCount)
    }
    #expect(pair("[0,4]", "[4,8]", dataCount: 8) == nil)
    #expect(pair("[4,8]", "[0,4]", dataCount: 8) == nil)
    #expect(
      pair("[0,4]", "[0,4]", dataCount: 8) == .offset(tensor: "b", expected: 4, found: 0))
    #expect(
      pair("[0,4]", "[2,6]", dataCount: 8) == .offset(tensor: "b", expected: 4, found: 2))
    #expect(
      pair("[0,4]", "[8,12]", dataCount: 12) == .offset(tensor: "b", expected: 4, found: 8))
    #expect(
      pair("[4,8]", "[8,12]", dataCount: 12) == .offset(tensor: "a", expected: 0, found: 4))
    #expect(
      pair("[0,4]", "[4,0]", dataCount: 8) == .tensorSize(tensor: "b", expected: 4, found: -4))
    #expect(pair("[0,4]", "[4,8]", dataCount: 11) == .trailingBytes(count: 3))
    guard case .truncated(let expected, let found) = pair("[0,4]", "[4,8]", dataCount: 5) else {
      Issue.record("truncated data was accepted")
      return
    }
    #expect(expected == found + 3)
  }

  @Test func conversions() throws {
    func floats(_ type: ElementType, _ bytes: [UInt8]) -> [Float] { type.floats(Data(bytes)) }
    #expect(floats(.bool, [0, 1, 2]) == [0, 1, 1])
    #expect(floats(.int8, [0xff, 0x80]) == [-1, -128])
    #expect(floats(.uint16, [0xff, 0xff]) == [65535])
    #expect(floats(.int32, [0xfe, 0xff, 0xff, 0xff]) == [-2])
    #expect(floats(.int64, [5, 0, 0, 0, 0, 0, 0, 0]) == [5])
    #expect(floats(.bfloat16, [0x80, 0xbf]) == [-1])
    // One, smallest subnormal, largest, −2, infinity, minus zero in binary16.
    let halves = floats(
      .float16, [0x00, 0x3c, 0x01, 0x00, 0xff, 0x7b, 0x00, 0xc0, 0x00, 0x7c, 0x00, 0x80])
    #expect(halves == [1, 0x1p-24, 65504, -2, .infinity, 0])
    #expect(halves[5].sign == .minus)
    #expect(floats(.float16, [0x01, 0x7e])[0].isNaN)
  }
}
