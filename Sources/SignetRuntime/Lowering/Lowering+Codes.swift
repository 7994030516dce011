import CSignetKernels
import SignetModel

extension Lowering {
  /// Steps around layers whose codes are more than signs and scales.
  mutating func lowerCodes(_ step: PlannedStep) throws(EngineError) {
    switch step.work {
    case .channelSums(let input, let out):
      let arguments = signet_channel_sums(in: lowered(input), out: lowered(out))
      try append(
        step, "channel_sums", arguments, table.channel_sums, out: out, cost: input.elements / 8)
    case .constantFilters(let work):
      let (layer, attributes) = (work.layer, work.attributes)
      let arguments = signet_constant_filters(
        sums: lowered(work.sums), out: lowered(work.out),
        residual: work.residual.map(lowered) ?? signet_view(),
        factors: try memory.array(work.factors, for: layer),
        kernel_height: try int32(attributes.kernel.height, layer),
        kernel_width: try int32(attributes.kernel.width, layer),
        stride_height: try int32(attributes.stride.height, layer),
        stride_width: try int32(attributes.stride.width, layer),
        dilation_height: try int32(attributes.dilation.height, layer),
        dilation_width: try int32(attributes.dilation.width, layer),
        pad_top: try int32(attributes.padding.top, layer),
        pad_left: try int32(attributes.padding.left, layer))
      try append(
        step, "constant_filters", arguments, table.constant_filters, out: work.out,
        cost: work.out.elements / 8 + work.out.height * work.out.width * attributes.kernel.area)
    default:
      throw .missingValue(layer: step.nodes.first?.name ?? Graph.inputName)
    }
  }
}
