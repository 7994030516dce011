/// What was done to a model, oldest first.
public struct Provenance: Sendable, Hashable, Codable {
  /// One thing that was done to the model.
  public struct Step: Sendable, Hashable, Codable {
    /// The verb: `import`, `train`, `binarize`, `finetune`.
    public var verb: String
    /// The data specification, if data was used.
    public var data: String?
    /// What random numbers began with, where there were any.
    public var seed: UInt64?
    /// The options that shaped the result, by name.
    public var options: [String: String]
    /// The words of the command that did it, where a command did: what can change the result, files by
    /// their names alone.
    public var command: [String]?
    /// Measured results by name, e.g. `top1` in percent.
    public var results: [String: Double]
    /// Per layer measurements, in forward order.
    public var layers: [LayerRecord]
    /// What a budget of bits gave each layer, in forward order.
    public var choices: [LayerChoice]?

    /// A step; absent parts are not recorded.
    public init(
      verb: String, data: String? = nil, seed: UInt64? = nil, options: [String: String] = [:],
      results: [String: Double] = [:], layers: [LayerRecord] = [],
      choices: [LayerChoice]? = nil, command: [String]? = nil
    ) {
      self.verb = verb
      self.data = data
      self.seed = seed
      self.options = options
      self.results = results
      self.layers = layers
      self.choices = choices
      self.command = command
    }
  }

  /// Oldest first.
  public var steps: [Step]

  /// A history, oldest step first.
  public init(steps: [Step] = []) {
    self.steps = steps
  }

  /// A copy with one more step at the end.
  public func adding(_ step: Step) -> Provenance {
    Provenance(steps: steps + [step])
  }

  /// Where the latest measurement of layers and a training that came after it stand in ``steps``;
  /// `nil` where nothing was measured or what was measured still holds.
  public var placeOfOutdatedRecords: (measured: Int, changed: Int)? {
    guard let measured = steps.lastIndex(where: { !$0.layers.isEmpty }),
      let changed = steps[measured...].lastIndex(where: \.changedWeights)
    else { return nil }
    return (measured, changed)
  }

  /// The latest measurement of each binarized layer.
  public var layerRecords: [LayerRecord] {
    steps.last { !$0.layers.isEmpty }?.layers ?? []
  }
}

extension Provenance.Step {
  /// Whether it was a training that did not end with the network it began with.
  fileprivate var changedWeights: Bool {
    ["train", "finetune"].contains(verb) && options["kept"] != "start"
  }
}
