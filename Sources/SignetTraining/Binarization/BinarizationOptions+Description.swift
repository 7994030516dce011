import SignetModel

extension BinarizationOptions {
  /// The options that shape the result, by name.
  var described: [String: String] {
    var options = ["method": method.rawValue, "keep": "\(keep)"]
    if let budget { options["budget"] = "\(budget)" } else { options["codes"] = "\(codes)" }
    if let targetDrop {
      options["targetDrop"] = "\(targetDrop)"
      if budget == nil { options["codes"] = "auto" }
    }
    if measuresSensitivity { options["sensitivity"] = "true" }
    guard method != .bwn else { return options }
    options["centred"] = "\(centred)"
    options["compensated"] = "\(compensates && !symmetric)"
    options["fisher"] = "\(isFisherWeighted)"
    options["refitted"] = "\(refits)"
    if method == .bwnh {
      options["constants"] = "\(fitsConstants)"
      options["inputScales"] = "\(scalesInputs)"
    }
    options["symmetric"] = "\(symmetric)"
    options["images"] = "\(images)"
    options["effort"] = "\(effort.rawValue)"
    options["sweeps"] = "\(sweeps)"
    if ridge != 0 { options["ridge"] = "\(ridge)" }
    if let patchesPerImage { options["patchesPerImage"] = "\(patchesPerImage)" }
    return options
  }
}
