import SignetModel

/// Spread maps and convolutions of such.
extension GraphWriter {
  mutating func writeTransposed(
    _ layer: Convolution, _ node: Node, _ window: TransposedLayers.Window, to output: String
  ) {
    guard let weight = transposedWeight(layer, node) else { return }
    let inputs = [name(of: window.input), weight, self.weight(.bias, of: node)]
    append(
      "ConvTranspose", inputs.compactMap(\.self), to: output,
      [
        .integers("kernel_shape", [layer.kernel.height, layer.kernel.width]),
        .integers("strides", [window.stride.height, window.stride.width]),
        .integers(
          "pads", [window.cut.top, window.cut.left, window.cut.bottom, window.cut.right]),
        .integers("output_padding", [window.added.height, window.added.width]),
        .integers("dilations", [layer.dilation.height, layer.dilation.width]),
        .integer("group", layer.groups),
      ])
  }

  /// A map that others than convolutions read: each channel by a transposed convolution with a 1.
  mutating func writeSpread(_ stride: Size2D, _ node: Node, _ input: String, _ output: String) {
    guard let channels = shapes[node.inputs[0]]?.channels else { return }
    let ones = store(
      "signet.ones\(channels)", [Float](repeating: 1, count: channels), dims: [channels, 1, 1, 1])
    append(
      "ConvTranspose", [input, ones], to: output,
      [
        .integers("kernel_shape", [1, 1]), .integers("strides", [stride.height, stride.width]),
        .integer("group", channels),
      ])
  }

  /// The filters turned round, inputs before outputs: inputs × outputs per group × kernel. Runtimes
  /// fold what brings them there when they load the file.
  private mutating func transposedWeight(_ layer: Convolution, _ node: Node) -> String? {
    guard var value = weight(.weight, of: node) else { return nil }
    let name = node.parameterName(.weight)
    let (rows, columns) = (layer.kernel.height, layer.kernel.width)
    if layer.kernel != Size2D(1) {
      let bounds = [
        store("signet.kernel_last", [-1, -1]),
        store("signet.kernel_before", [Int(Int64.min), Int(Int64.min)]),
        store("signet.kernel_axes", [2, 3]), store("signet.kernel_back", [-1, -1]),
      ]
      value = append("Slice", [value] + bounds, to: beside("\(name).turned"))
    }
    guard layer.groups > 1 else {
      return append(
        "Transpose", [value], to: beside("\(name).transposed"), [.integers("perm", [1, 0, 2, 3])])
    }
    let (inputs, outputs) = (
      layer.inputChannels / layer.groups, layer.outputChannels / layer.groups
    )
    let grid = store("\(name).groups", [layer.groups, outputs, inputs, rows, columns])
    value = append("Reshape", [value, grid], to: beside("\(name).by_group"))
    value = append(
      "Transpose", [value], to: beside("\(name).exchanged"),
      [.integers("perm", [0, 2, 1, 3, 4])])
    let whole = store("\(name).whole", [layer.inputChannels, outputs, rows, columns])
    return append("Reshape", [value, whole], to: beside("\(name).transposed"))
  }
}
