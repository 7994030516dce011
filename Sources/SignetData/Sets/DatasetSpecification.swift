import SignetModel

/// Names a data set on the command line: `KIND:PATH`.
///
/// | specification | what it opens |
/// |---|---|
/// | `cifar10:DIR`, `cifar100:DIR` | the binary versions of CIFAR |
/// | `fashion-mnist[:DIR]` | four IDX files, gzipped or not; without `DIR`, Debian's package |
/// | `imagefolder:DIR` | a folder per class, names sorted; `DIR/train` and `DIR/test` or `DIR/val` where these hold such folders; images without class folders have no labels |
/// | `imagenet:DIR` | ILSVRC-2012 as it is handed out: `DIR/train` and `DIR/val` (or the archives' and Kaggle's names), with the development kit or `LOC_val_solution.csv` where validation images lie in one folder; classes are the synsets, sorted |
/// | `imagelist:FILE` | lines of `path label`, paths relative to the file; the same for every split |
/// | `webdataset:PATTERN` | tar archives (shards) of images with a `.cls` beside each: a file, `{000..099}` and `*` for several, or a folder of them; `classnames.txt` beside them may name the classes; the same for every split |
/// | `tensors:PATH` | a `.npz`, `.npy` or safetensors file, or a folder of them: arrays named like a network's inputs, one sample or several stacked, as the network takes them; `labels`, where there are such, holds class numbers; the same for every split |
public struct DatasetSpecification: Sendable, Hashable, CustomStringConvertible {
  /// The kinds of data sets, under the names they have in a specification.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The binary versions: a folder of records of 3,073 or 3,074 bytes.
    case cifar10, cifar100
    /// A folder of IDX files, gzipped or not.
    case fashionMNIST = "fashion-mnist"
    /// A folder of images, with a folder per class where they have labels; or a file of lines of
    /// `path label`.
    case imagefolder, imagelist
    /// ImageNet's archives, unpacked.
    case imagenet
    /// Tar archives of images and labels.
    case webdataset
    /// Files of arrays that are named like a network's inputs.
    case tensors
  }

  /// Which kind of data set it is.
  public let kind: Kind
  /// As written; `nil` where the kind has a usual place.
  public let path: String?

  /// - Throws: ``DataError/unknownKind(name:suggestion:)`` with the nearest kind, or
  ///   ``DataError/missingPath(kind:)``.
  public init(parsing text: String) throws(DataError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    guard let kind = Kind(rawValue: name) else {
      throw .unknownKind(
        name: name,
        suggestion: Kind(rawValue: name.lowercased())?.rawValue
          ?? closestName(to: name.lowercased(), among: Kind.allCases.map(\.rawValue)))
    }
    let path = parts.count == 2 && !parts[1].isEmpty ? String(parts[1]) : nil
    guard path != nil || kind == .fashionMNIST else { throw .missingPath(kind: kind) }
    self.kind = kind
    self.path = path
  }

  public var description: String {
    path.map { "\(kind.rawValue):\($0)" } ?? kind.rawValue
  }
}
