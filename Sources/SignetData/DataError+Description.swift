import SignetModel

extension DataError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownKind(let name, let suggestion):
      let kinds = DatasetSpecification.Kind.allCases.map(\.usage).joined(separator: ", ")
      let hint = suggestion.map { "; did you mean '\($0)'?" } ?? ""
      return "'\(name.printable)' is not a kind of data\(hint) (expected one of \(kinds))"
    case .missingPath(let kind):
      return "'\(kind.rawValue)' needs a path: expected \(kind.usage)"
    case .option(let name, let expected, let found):
      return "\(name): expected \(expected), found \(found.printable)"
    case .notFound(let kind, let folder, let file):
      return "\(folder.printablePath): expected the file \(file.printable) there; \(kind.remedy)"
    case .unreadable(let path, let reason):
      return "\(path.printablePath): \(reason)"
    case .fileTooLarge(let path, let limit, let found):
      return "\(path.printablePath): expected at most \(limit) bytes, found \(found)"
    case .truncated(let file, let offset, let expected, let found):
      return
        "\(file.printablePath): truncated at byte \(offset): expected \(expected), found \(found.printable)"
    case .format(let file, let offset, let expected, let found):
      return "\(file.printablePath): byte \(offset): expected \(expected), found \(found.printable)"
    case .line(let file, let line, let expected, let found):
      return "\(file.printablePath): line \(line): expected \(expected), found \(found.printable)"
    case .empty(let path, let expected):
      return "\(path.printablePath): expected \(expected.printable), found none"
    case .shardsOfSeveralSets(let folder, let one, let other):
      return
        "\(folder.printablePath): expected archives of one name but for its numbers, found "
        + "'\(one.printable)' and '\(other.printable)'; give those that are meant as "
        + "webdataset:PATTERN, such as webdataset:'\(folder.printablePath)/train-*.tar'"
    case .missingSplit(let folder, let split):
      let names = split == .train ? "'train'" : "'test' or 'val'"
      return "\(folder.printablePath): is split into folders, but \(names) is not among them"
    case .classNames(let dataset, let unknown, let suggestion, let count):
      let names = unknown.prefix(3).map { "'\($0.printable)'" }.joined(separator: ", ")
      let hint = suggestion.map { "; did you mean '\($0.printable)'?" } ?? ""
      return
        "\(dataset.printablePath): \(unknown.count) of its \(count) classes are none of the model's: "
        + names + (unknown.count > 3 ? ", …" : "") + hint
        + " (rename them, or take labels in their order with --match-classes order)"
    case .boxes(let layout, let expected, let found):
      return "--boxes \(layout.rawValue): expected \(expected), found \(found.printable)"
    case .unlabelled(let dataset):
      return
        "\(dataset.printablePath): no labels, expected a folder per class or, of arrays, one called 'labels'; to do "
        + "without them, measure with evaluate --against MODEL, or fine-tune with --teacher MODEL "
        + "--supervision teacher"
    case .countMismatch(let images, let imageCount, let labels, let labelCount):
      return
        "\(images.printablePath) has \(imageCount) images, but \(labels.printablePath) has \(labelCount) labels"
    case .size(let dataset, let expected, let found):
      return "\(dataset.printablePath) has images of \(found), the network takes \(expected)"
    case .resize(let dataset, let size, let shorterSide):
      return
        "\(dataset.printablePath) has images of \(size), which are not resized, but the network's "
        + "preprocessing asks for a shorter side of \(shorterSide)"
    case .channels(let order, let shape, let means, let deviations):
      return "preprocessing with channel order \(order.rawValue), \(means) means and "
        + "\(deviations) deviations does not fit an input of \(shape)"
    case .array(let file, let array, let expected, let found):
      let name = array.isEmpty ? "" : ": array '\(array.printable)'"
      return "\(file.printablePath)\(name): expected \(expected.printable), found "
        + found.printable
    case .arrayFile(let error):
      return "\(error)"
    case .inputsUnknown(let path):
      return
        "tensors:\(path.printablePath): arrays belong to the inputs of a network that is there "
        + "already: give a model file or an ONNX file"
    case .noImages(let dataset, let input, let inputs):
      let reason =
        inputs > 1
        ? "the network has \(inputs) inputs"
        : "the network's input '\(input.printable)' is no image"
      return "\(dataset.printablePath): images cannot be given to it: \(reason); give arrays named "
        + "like the inputs with --data tensors:PATH"
    case .noTensors(let dataset):
      return "\(dataset.printablePath): holds images, expected arrays (tensors:PATH)"
    case .target(let file, let expected, let found):
      return "\(file.printablePath): expected \(expected.printable), found \(found.printable)"
    case .namelessImages(let dataset):
      return
        "\(dataset.printablePath): its images have no files of their own whose names their targets "
        + "could have; give imagefolder:DIR, imagelist:FILE or tensors:DIR with a file per sample"
    case .image(let file, let defect):
      return "\(file.printablePath): \(defect)"
    }
  }
}

extension ImageDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownFormat(let found):
      return "expected a JPEG or PNG image, found \(found.printable)"
    case .tooLarge(let width, let height, let limit):
      return "an image of \(width)×\(height) pixels is larger than the limit of \(limit) pixels"
    case .implausible(let width, let height, let bytes):
      return "an image of \(width)×\(height) pixels cannot be held by \(bytes) bytes"
    case .truncated(let reason):
      return "truncated image: \(reason.printable)"
    case .corrupt(let reason):
      return "damaged image: \(reason.printable)"
    }
  }
}

extension DatasetSpecification.Kind {
  /// How the kind is written in a specification.
  public var usage: String {
    switch self {
    case .cifar10, .cifar100, .imagefolder, .imagenet: "\(rawValue):DIR"
    case .fashionMNIST: "\(rawValue)[:DIR]"
    case .imagelist: "\(rawValue):FILE"
    case .webdataset: "\(rawValue):PATTERN"
    case .tensors: "\(rawValue):PATH"
    }
  }

  /// Where a set can be had.
  fileprivate var remedy: String {
    switch self {
    case .cifar10:
      "the folder must hold the binary version of CIFAR-10 "
        + "(data_batch_1.bin … data_batch_5.bin, test_batch.bin)"
    case .cifar100:
      "the folder must hold the binary version of CIFAR-100 (train.bin, test.bin)"
    case .fashionMNIST:
      "install it with 'apt-get install dataset-fashion-mnist', or name a folder with the four "
        + "IDX files as fashion-mnist:DIR"
    case .imagefolder:
      "the folder must hold images, or one folder of images per class"
    case .imagenet:
      "the folder must hold 'train' and 'val' with a folder of images per synset; where validation "
        + "images lie in one folder, ILSVRC2012_devkit_t12 or LOC_val_solution.csv, too"
    case .imagelist:
      "the file must hold lines of 'path label'"
    case .webdataset:
      "name a tar archive, a pattern such as 'train-{000..099}.tar', or a folder of archives"
    case .tensors:
      "the file, or the files of the folder, must hold arrays named like the network's inputs"
    }
  }
}
