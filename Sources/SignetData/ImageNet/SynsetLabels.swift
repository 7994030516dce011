import Foundation

/// Which synset each validation image of ImageNet shows.
struct SynsetLabels {
  /// The synsets, sorted.
  let classNames: [String]
  /// What tells.
  let files: [URL]
  private let source: Source

  private enum Source {
    /// A synset for each file name without its extension.
    case byName([Substring: Int])
    /// A class for each image in the order of the files' names.
    case byOrder([Int])
  }

  private static let list = "LOC_val_solution.csv"
  private static let truth = "ILSVRC2012_validation_ground_truth.txt"
  private static let kit = ["ILSVRC2012_devkit_t12/data", "devkit/data", "data", ""]

  /// - Parameters:
  ///   - folder: of the set
  ///   - part: of the validation images
  /// - Throws: ``DataError/notFound(_:folder:file:)`` where nothing tells.
  init(in folder: URL, of part: URL) throws(DataError) {
    let places = Self.kit.map { $0.isEmpty ? folder : folder.appendingPathComponent($0) }
    if let place = places.first(where: { FileBytes.exists($0, Self.truth) }) {
      try self.init(kit: place)
    } else if FileBytes.exists(folder, Self.list) {
      try self.init(list: folder.appendingPathComponent(Self.list))
    } else {
      throw .notFound(
        .imagenet, folder: folder.path,
        file: "\(Self.kit[0])/\(Self.truth), \(Self.list) or folders per synset in "
          + part.lastPathComponent)
    }
  }

  /// A line `image,synset left top right bottom …` for each image.
  private init(list: URL) throws(DataError) {
    var synsets: [Substring: Substring] = [:]
    for (number, line) in TextFile.lines(of: try TextFile.text(contentsOf: list)) {
      let fields = line.split(separator: ",", maxSplits: 1)
      if number == 1, fields.first == "ImageId" { continue }
      guard fields.count == 2, let synset = fields[1].split(separator: " ").first else {
        throw .line(
          file: list.path, line: number, expected: "'image,synset …'", found: "'\(line)'")
      }
      synsets[fields[0]] = synset
    }
    let classNames = Set(synsets.values).map(String.init).sorted()
    let places = Dictionary(
      uniqueKeysWithValues: classNames.enumerated().map { (Substring($1), $0) })
    self.classNames = classNames
    files = [list]
    source = .byName(synsets.compactMapValues { places[$0] })
  }

  /// The development kit's numbers of synsets, one per image, and its table of synsets.
  private init(kit: URL) throws(DataError) {
    let truth = kit.appendingPathComponent(Self.truth)
    let table = kit.appendingPathComponent("meta.mat")
    let bytes = try FileBytes.read(table, limit: Limits.textBytes)
    var names: [Int: String] = [:]
    for synset in try MATFile(bytes, file: table.path).structures(named: "synsets") {
      guard case .number(let number)? = synset["ILSVRC2012_ID"],
        case .text(let name)? = synset["WNID"], case .number(let children)? = synset["num_children"]
      else {
        throw .array(
          file: table.path, array: "synsets",
          expected: "ILSVRC2012_ID, WNID and num_children of each", found: "others")
      }
      // Images show the leaves of the tree.
      if children == 0, let number = Int(exactly: number) { names[number] = name }
    }
    classNames = names.values.sorted()
    let places = Dictionary(
      classNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var classes: [Int] = []
    for (number, line) in TextFile.lines(of: try TextFile.text(contentsOf: truth)) {
      guard let place = Int(line).flatMap({ names[$0] }).flatMap({ places[$0] }) else {
        throw .line(
          file: truth.path, line: number, expected: "the number of a synset of meta.mat",
          found: "'\(line)'")
      }
      classes.append(place)
    }
    files = [truth, table]
    source = .byOrder(classes)
  }

  /// The class of each image.
  func labels(of images: FileList) throws(DataError) -> [Int] {
    switch source {
    case .byOrder(let classes):
      guard classes.count == images.count else {
        throw .countMismatch(
          images: images.first?.deletingLastPathComponent().path ?? "", imageCount: images.count,
          labels: files[0].path, labelCount: classes.count)
      }
      return classes
    case .byName(let classes):
      var labels: [Int] = []
      labels.reserveCapacity(images.count)
      for image in images {
        let name = image.deletingPathExtension().lastPathComponent
        guard let label = classes[Substring(name)] else {
          throw .format(
            file: files[0].path, offset: 0, expected: "a line for \(name)", found: "none")
        }
        labels.append(label)
      }
      return labels
    }
  }
}
