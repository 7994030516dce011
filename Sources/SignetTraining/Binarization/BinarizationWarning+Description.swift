extension BinarizationWarning: CustomStringConvertible {
  public var description: String {
    switch self {
    case .imagesAlike(let count):
      "the calibration images are all alike (\(count) of them): the codes fit them and nothing else; "
        + "give --data other images"
    }
  }
}
