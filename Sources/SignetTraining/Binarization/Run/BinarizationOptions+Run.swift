import SignetModel

extension BinarizationOptions {
  /// - Throws: ``TrainingError/missing(what:neededBy:)`` where images are needed and not there.
  func checkData(isThere: Bool) throws(TrainingError) {
    guard !isThere else { return }
    func missing(_ neededBy: String) -> TrainingError {
      .missing(what: "calibration images", neededBy: neededBy)
    }
    if method != .bwn { throw missing(method.rawValue) }
    if choosesCodes { throw missing(budget == nil ? "targetDrop" : "budget") }
    if measuresSensitivity { throw missing("sensitivity") }
  }

  /// What a checkpoint must have been made with.
  ///
  /// - Parameters:
  ///   - images: `nil` without any
  ///   - data: the set's own fingerprint
  func fingerprint(
    model: Model, images: CalibrationImages?, data: String?
  ) throws -> [String: String] {
    var fingerprint = described
    fingerprint["batchSize"] = "\(batchSize)"
    if let images {
      fingerprint["images taken"] =
        "\(images.taken), \(images.activations.isRounded ? "halved" : "whole")"
    }
    fingerprint["seed"] = "\(seed)"
    fingerprint["model"] = try Digest.of(model)
    fingerprint["data"] = data
    return fingerprint
  }
}
