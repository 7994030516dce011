import Foundation

/// Model files of one or two layers whose windows, paddings, steps and extents are near the powers of
/// two that products of them overflow at. Most fit together, so that validation, planning and kernels
/// are reached: what is left over after a window is spread is a few outputs.
struct RandomGeometry {
  var random: FuzzRandom
  private var nodes: [String] = []
  private var tensors = ""
  private var data: [UInt8] = []
  private var channels = 1
  private var height = 1
  private var width = 1

  init(random: FuzzRandom) {
    self.random = random
  }

  /// A whole file, its checksum right.
  mutating func bytes() -> [UInt8] {
    let isColour = random.chance(3)
    channels = isColour ? 3 : 1
    height = extent()
    width = extent()
    let input = "[\(channels),\(height),\(width)]"
    if random.chance(2) { widen() }
    for index in 0..<(1 + random.below(2)) { append("n\(index)") }
    node("mean", "globalAveragePool", nil)
    let graph =
      #"{"inputShape":\#(input),"nodes":[\#(nodes.joined(separator: ","))],"output":"mean"}"#
    let zeros = isColour ? "[0,0,0]" : "[0]"
    let ones = isColour ? "[1,1,1]" : "[1]"
    let preprocessing =
      #"{"channelOrder":"\#(isColour ? "rgb" : "grey")","scale":1,"mean":\#(zeros),"std":\#(ones)}"#
    let header =
      #"{"__metadata__":{"signet.format":"1","signet.graph":"\#(quoted(graph))","#
      + #""signet.preprocessing":"\#(quoted(preprocessing))","signet.labels":"[]","#
      + #""signet.provenance":"{\"steps\":[]}","signet.checksum":"00000000"}\#(tensors)}"#
    let padded =
      Array(header.utf8) + [UInt8](repeating: 0x20, count: (8 - header.utf8.count % 8) % 8)
    let file = withUnsafeBytes(of: UInt64(padded.count).littleEndian) { Array($0) } + padded + data
    return SealedFile(file)?.sealed ?? file
  }

  private func quoted(_ json: String) -> String {
    json.replacingOccurrences(of: "\"", with: "\\\"")
  }

  /// Numbers near which products and sums leave 16, 31, 32 or 64 bits.
  private mutating func telling() -> Int {
    let power = random.pick([10, 13, 15, 16, 16, 20, 21, 24, 26, 27, 28, 29, 30, 31, 32, 62])
    return (1 << power) + random.below(3) - 1
  }

  private mutating func small() -> Int { 1 + random.below(random.chance(4) ? 20 : 5) }

  private mutating func extent() -> Int {
    random.chance(12) ? telling() : random.chance(8) ? 1 << random.below(14) : small()
  }

  private mutating func spread() -> Int {
    random.chance(2) ? small() : random.chance(2) ? telling() : 1 + random.below(1 << 16)
  }

  private mutating func node(_ name: String, _ kind: String, _ attributes: String?) {
    let input = nodes.isEmpty ? "input" : lastName
    lastName = name
    let tail = attributes.map { #","attributes":\#($0)"# } ?? ""
    nodes.append(#"{"name":"\#(name)","op":"\#(kind)","inputs":["\#(input)"]\#(tail)}"#)
  }

  private var lastName = "input"

  /// More channels than an image has.
  private mutating func widen() {
    let more = random.pick([1, 5, 15, 16, 36, 63, 127])
    node(
      "wide", "pad",
      #"{"channelsBefore":0,"channelsAfter":\#(more),"spatial":\#(padding((0, 0), (0, 0))),"#
        + #""value":0.5,"mode":"constant"}"#)
    channels += more
  }

  private mutating func append(_ name: String) {
    switch random.below(8) {
    case 0: appendPooling(name)
    case 1: appendPad(name)
    case 2: appendTranspose(name)
    case 3: appendSlice(name)
    default: appendConvolution(name)
    }
  }

  /// A window along one axis, and padding that leaves it a few places, or any.
  private struct Window {
    var kernel, stride, dilation, before, after, outputs: Int
  }

  private mutating func window(over extent: Int, isWide: Bool) -> Window {
    let kernel = random.pick([1, 1, 2, 3, 3, 3, 5, 7, 8, 9])
    let stride = random.chance(3) ? spread() : 1 + random.below(3)
    let dilation = isWide ? telling() : random.chance(2) ? 1 : spread()
    let outputs = random.chance(4) ? extent : 1 + random.below(9)
    let reach = (outputs - 1).multipliedReportingOverflow(by: stride).partialValue
    let window = (kernel - 1).multipliedReportingOverflow(by: dilation).partialValue
    var missing = max(0, reach &+ window &+ 1 &- extent)
    if random.chance(12) { missing = telling() }
    let before = random.chance(3) ? random.below(min(missing, 1 << 40) + 1) : missing / 2
    return Window(
      kernel: kernel, stride: stride, dilation: dilation, before: before,
      after: missing - before, outputs: outputs)
  }

  private func size(_ height: Int, _ width: Int) -> String {
    #"{"height":\#(height),"width":\#(width)}"#
  }

  private func padding(_ rows: (Int, Int), _ columns: (Int, Int)) -> String {
    #"{"top":\#(rows.0),"left":\#(columns.0),"bottom":\#(rows.1),"right":\#(columns.1)}"#
  }

  private func geometry(_ rows: Window, _ columns: Window) -> String {
    #""kernel":\#(size(rows.kernel, columns.kernel)),"stride":\#(size(rows.stride, columns.stride)),"#
      + #""padding":\#(padding((rows.before, rows.after), (columns.before, columns.after))),"#
      + #""dilation":\#(size(rows.dilation, columns.dilation))"#
  }

  private mutating func appendConvolution(_ name: String) {
    // Weights of more channels would be a large file.
    guard (1...256).contains(channels) else { return appendTranspose(name) }
    // Products of two wide axes pass bounds that neither passes alone.
    let isWide = random.chance(4)
    let rows = window(over: height, isWide: isWide)
    let columns = window(over: width, isWide: isWide)
    var filters = random.pick([1, 2, 16, 17, 32, 33, 64, 70])
    var groups = 1
    if random.chance(3) {
      groups = channels
      filters = channels * (random.chance(3) ? 2 : 1)
    }
    node(
      name, "convolution",
      #"{"inputChannels":\#(channels),"outputChannels":\#(filters),\#(geometry(rows, columns)),"#
        + #""groups":\#(groups),"hasBias":false}"#)
    let patch = channels / groups * rows.kernel * columns.kernel
    let codes = random.below(3)
    if codes == 0 {
      tensor(
        "\(name).weight", "F32", [filters, channels / groups, rows.kernel, columns.kernel],
        floats(filters * patch))
    } else {
      codesTensors(name, codes, filters: filters, patch: patch, groups: groups)
    }
    channels = filters
    height = rows.outputs
    width = columns.outputs
  }

  /// Codes and scales, and now and then all that may stand beside them.
  private mutating func codesTensors(
    _ name: String, _ codes: Int, filters: Int, patch: Int, groups: Int
  ) {
    let counts = (0..<filters).map { random.chance(2) ? codes : 1 + ($0 + codes) % 3 }
    let isEven = !random.chance(3)
    let rows = isEven ? codes * filters : counts.reduce(0, +)
    let extents = isEven ? [codes, filters] : [rows]
    let bytes = (patch + 7) / 8
    let used = UInt8(truncatingIfNeeded: patch % 8 == 0 ? 0xff : (1 << (patch % 8)) - 1)
    let signs = (0..<rows * bytes).map { index in
      UInt8(truncatingIfNeeded: index &* 37) & (index % bytes == bytes - 1 ? used : 0xff)
    }
    tensor("\(name).weight.scale", "F32", extents, floats(rows))
    tensor("\(name).weight.codes", "U8", extents + [bytes], signs)
    if !isEven { tensor("\(name).weight.code_counts", "U8", [filters], counts.map(UInt8.init)) }
    if random.chance(3) { tensor("\(name).weight.constant", "F32", [filters], floats(filters)) }
    if random.chance(3) {
      let factors = [Float](repeating: 0.5, count: channels).flatMap { factor in
        withUnsafeBytes(of: factor.bitPattern.littleEndian) { Array($0) }
      }
      tensor("\(name).weight.input_scale", "F32", [channels], factors)
    }
  }

  private func floats(_ count: Int) -> [UInt8] {
    (0..<count).flatMap { index in
      withUnsafeBytes(of: (Float(index % 13) / 13 - 0.4).bitPattern.littleEndian) { Array($0) }
    }
  }

  private mutating func tensor(_ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) {
    let from = data.count
    data += bytes
    tensors +=
      #","\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(from),\#(data.count)]}"#
  }

  private mutating func appendPooling(_ name: String) {
    let isWide = random.chance(4)
    var rows = window(over: height, isWide: isWide)
    var columns = window(over: width, isWide: isWide)
    if random.chance(2) {
      // Less padding than kernel, as poolings must have.
      (rows.before, rows.after) = (rows.kernel / 2, rows.kernel / 2)
      (columns.before, columns.after) = (columns.kernel / 2, columns.kernel / 2)
    }
    node(
      name, random.chance(2) ? "maxPool" : "averagePool",
      #"{\#(geometry(rows, columns)),"ceilMode":\#(random.chance(2)),"#
        + #""countsPadding":\#(random.chance(2))}"#)
    height = rows.outputs
    width = columns.outputs
  }

  private mutating func appendPad(_ name: String) {
    let sides = (0..<4).map { _ in random.chance(3) ? spread() : random.below(4) }
    let mode = random.pick(["constant", "edge", "reflect", "wrap"])
    let more = random.chance(8) ? telling() : random.below(4)
    node(
      name, "pad",
      #"{"channelsBefore":0,"channelsAfter":\#(more),"#
        + #""spatial":\#(padding((sides[0], sides[1]), (sides[2], sides[3]))),"value":1,"#
        + #""mode":"\#(mode)"}"#)
    channels &+= more
    height &+= sides[0] &+ sides[1]
    width &+= sides[2] &+ sides[3]
  }

  private mutating func appendTranspose(_ name: String) {
    node(
      name, "transpose",
      #"{"extents":[\#(channels),\#(height),\#(width)],"order":[0,2,1],"#
        + #""shape":[\#(channels),\#(width),\#(height)]}"#)
    (height, width) = (width, height)
  }

  private mutating func appendSlice(_ name: String) {
    let step = random.chance(3) ? spread() : 1 + random.below(3)
    let channelStep = 1 + random.below(3)
    node(
      name, "slice",
      #"{"channels":{"start":0,"step":\#(channelStep)},"height":{"start":0,"step":\#(step)},"#
        + #""width":{"start":0,"step":1}}"#)
    channels = (channels - 1) / channelStep + 1
    height = (height - 1) / step + 1
  }
}
