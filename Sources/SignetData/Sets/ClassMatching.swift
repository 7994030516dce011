import Foundation
import SignetModel

/// How a data set's labels become a network's class numbers.
public enum ClassMatching: String, Sendable, Hashable, CaseIterable {
  /// By the names of the classes, where both sides have names.
  case name
  /// The data set's first class is the network's first.
  case order

  /// What a user should know about how classes were matched.
  public enum Remark: Sendable, Hashable {
    /// All names were found, at other places than in the network.
    case reordered(dataset: String)
    /// The data set has fewer or more classes than the network.
    case counts(dataset: String, classes: Int, network: Int)
    /// Names that the network does not have; labels were taken by order.
    case otherNames(dataset: String, found: [String], expected: [String])
  }
}

extension ClassMatching.Remark: CustomStringConvertible {
  public var description: String {
    switch self {
    case .reordered(let dataset):
      "\(dataset.printablePath): its classes stand in another order than the model's; they are matched by name"
    case .counts(let dataset, let classes, let network):
      "\(dataset.printablePath) has \(classes) classes, the model \(network)"
    case .otherNames(let dataset, let found, let expected):
      "\(dataset.printablePath): its class '\((found.first ?? "").printable)' is none of the "
        + "model's ('\((expected.first ?? "").printable)', …), so labels are taken in their order"
    }
  }
}

extension ImageDataset {
  /// The same images with a network's class numbers for labels.
  ///
  /// - Parameters:
  ///   - names: the network's classes; empty if it has no names
  ///   - count: the number of the network's classes
  ///   - remark: gets what a user should know, each thing once
  /// - Throws: ``DataError/classNames(dataset:unknown:suggestion:count:)`` where only some names are
  ///   the network's and their order is not either, so that any guess could be wrong.
  public func matched(
    to names: [String], count: Int, by matching: ClassMatching = .name,
    remark: (ClassMatching.Remark) -> Void = { _ in }
  ) throws(DataError) -> any ImageDataset {
    guard isLabelled else { return self }
    let own = classNames
    let carriesNames = own != own.indices.map(String.init)
    if carriesNames, own.count != count {
      remark(.counts(dataset: name, classes: own.count, network: count))
    }
    guard matching == .name, !names.isEmpty else { return self }
    let places = Self.places(of: names)
    let mapped = own.map { places[Self.folded($0)] }
    let unknown = zip(own, mapped).filter { $1 == nil }.map(\.0)
    if unknown.isEmpty {
      let numbers = mapped.compactMap { $0 }
      guard numbers != Array(own.indices) else { return self }
      remark(.reordered(dataset: name))
      return Relabelled(base: self, labels: labels.map { numbers[$0] }, classNames: names)
    }
    guard carriesNames else { return self }
    let keepsOrder = own.count <= count && mapped.enumerated().allSatisfy { $1 ?? $0 == $0 }
    guard keepsOrder else {
      throw .classNames(
        dataset: name, unknown: unknown, suggestion: closestName(to: unknown[0], among: names),
        count: own.count)
    }
    remark(.otherNames(dataset: name, found: unknown, expected: names))
    return self
  }

  /// Class numbers by name; of a name that stands twice there is none.
  private static func places(of names: [String]) -> [String: Int] {
    var places: [String: Int] = [:]
    var repeated: Set<String> = []
    for (place, name) in names.enumerated() {
      if places.updateValue(place, forKey: folded(name)) != nil { repeated.insert(folded(name)) }
    }
    return places.filter { !repeated.contains($0.key) }
  }

  /// Folders are named as file systems like it.
  private static func folded(_ name: String) -> String {
    name.lowercased().replacing("_", with: " ").replacing("-", with: " ")
  }
}

/// A set whose labels are another's class numbers.
private struct Relabelled: ImageDataset {
  let base: any ImageDataset
  let labels: [Int]
  let classNames: [String]

  var count: Int { base.count }
  var name: String { base.name }
  var imageShape: Shape? { base.imageShape }
  var sourceFiles: FileList { base.sourceFiles }

  func file(at index: Int) -> SampleFile? { base.file(at: index) }

  func encoded(at index: Int) throws(DataError) -> EncodedImage? { try base.encoded(at: index) }

  func pixels(at index: Int, shape: Shape, preprocessing: Preprocessing) throws(DataError)
    -> [UInt8]
  {
    try base.pixels(at: index, shape: shape, preprocessing: preprocessing)
  }

  var holdsTensors: Bool { base.holdsTensors }

  func values(at index: Int, inputs: [NetworkInput]) throws(DataError) -> [[Float]] {
    try base.values(at: index, inputs: inputs)
  }

  func contentDigest(of indices: [Int]) -> String { base.contentDigest(of: indices) }
}
