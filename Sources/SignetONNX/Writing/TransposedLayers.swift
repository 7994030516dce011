import SignetModel

/// Convolutions of spread maps, which ONNX has an operator for: a runtime then need not multiply the
/// zeros that were laid between.
struct TransposedLayers {
  /// What `ConvTranspose` says of a layer.
  struct Window {
    /// The value that is spread.
    let input: String
    let stride: Size2D
    /// What the operator takes off its result: of the padding that a kernel needs to reach all.
    let cut: Padding2D
    /// Rows and columns that the result has beyond what kernels reach.
    let added: Size2D
  }

  /// By the convolution's name.
  private(set) var windows: [String: Window] = [:]
  /// Nodes that are not written: only such convolutions read them.
  private(set) var spreads: Set<String> = []

  init() {}

  /// - Parameters:
  ///   - written: the nodes that become operators of ONNX's
  ///   - measured: values whose extents the file asks for
  init(_ graph: Graph, written: [Node], measured: Set<String>) {
    let names = Set(written.map(\.name))
    for node in written {
      guard case .spread(let stride) = node.operation, !graph.isOutput(node.name),
        !measured.contains(node.name)
      else { continue }
      let readers = graph.consumers(of: node.name)
      var found: [(String, Window)] = []
      for reader in readers where names.contains(reader.name) {
        guard case .convolution(let layer) = reader.operation,
          let window = Window(layer, of: node.inputs[0], stride)
        else { continue }
        found.append((reader.name, window))
      }
      guard !readers.isEmpty, found.count == readers.count else { continue }
      spreads.insert(node.name)
      for (name, window) in found { windows[name] = window }
    }
  }
}

extension TransposedLayers.Window {
  /// `nil` where the operator cannot say it.
  fileprivate init?(_ layer: Convolution, of input: String, _ stride: Size2D) {
    guard layer.stride == Size2D(1) else { return nil }
    let reach = Size2D(
      height: layer.dilation.height * (layer.kernel.height - 1),
      width: layer.dilation.width * (layer.kernel.width - 1))
    let padding = layer.padding
    let added = Size2D(
      height: max(0, padding.bottom - reach.height), width: max(0, padding.right - reach.width))
    guard padding.top <= reach.height, padding.left <= reach.width,
      added.height < stride.height, added.width < stride.width
    else { return nil }
    self.init(
      input: input, stride: stride,
      cut: Padding2D(
        top: reach.height - padding.top, left: reach.width - padding.left,
        bottom: max(0, reach.height - padding.bottom), right: max(0, reach.width - padding.right)),
      added: added)
  }
}
