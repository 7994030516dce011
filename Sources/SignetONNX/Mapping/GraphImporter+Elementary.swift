import SignetModel

/// Functions of one number that a layer may be followed by.
extension GraphImporter {
  static let elementaryMappings: [String: Mapping] = [
    "Exp": elementary(.exp),
    "Log": elementary(.log),
    "Sqrt": elementary(.sqrt),
    "Reciprocal": elementary(.reciprocal),
    "Abs": elementary(.abs),
    "Sign": elementary(.sign),
    "Floor": elementary(.floor),
    "Ceil": elementary(.ceil),
    "Round": elementary(.round),
    "Sin": elementary(.sin),
    "Cos": elementary(.cos),
    "Tanh": elementary(.tanh),
    "Erf": elementary(.erf),
    "Softplus": elementary(.softplus),
    "Softsign": elementary(.softsign),
    "Mish": elementary(.mish),
    "Not": { importer, context throws(NodeFailure) in
      let view = importer.beforeTruth(try context.activation())
      return try importer.emitElementwise(
        context.name(), .activation(.elementary(.not)), on: view)
    },
    "Gelu": { importer, context throws(NodeFailure) in
      let name = try context.attributes.string("approximate") ?? "none"
      guard name == "none" || name == "tanh" else {
        throw NodeFailure("approximate", expected: "none or tanh", found: name)
      }
      return try importer.function(context, .elementary(name == "tanh" ? .geluTanh : .gelu))
    },
    "Elu": { importer, context throws(NodeFailure) in
      let alpha = try context.attributes.float("alpha") ?? 1
      return try importer.function(context, .elu(scale: alpha, gain: 1, reach: 1))
    },
    "Celu": { importer, context throws(NodeFailure) in
      let alpha = try context.attributes.float("alpha") ?? 1
      return try importer.function(context, .elu(scale: alpha, gain: 1, reach: alpha))
    },
    "Selu": { importer, context throws(NodeFailure) in
      let alpha = try context.attributes.float("alpha") ?? 1.673_263_2
      let gain = try context.attributes.float("gamma") ?? 1.050_701
      return try importer.function(context, .elu(scale: alpha, gain: gain, reach: 1))
    },
    "ThresholdedRelu": { importer, context throws(NodeFailure) in
      let threshold = try context.attributes.float("alpha") ?? 1
      return try importer.function(context, .thresholdedRelu(threshold: threshold))
    },
  ]

  private static func elementary(_ function: Elementary) -> Mapping {
    { importer, context throws(NodeFailure) in
      try importer.function(context, .elementary(function))
    }
  }
}
