import Foundation
import SignetModel

extension Model {
  /// Writes the model file; what is wrong with the model is wrong with the file it came from.
  func write(to url: URL, from origin: String) throws(ModelFileError) {
    do {
      try write(to: url)
    } catch {
      throw error.path.isEmpty ? ModelFileError(path: origin, defect: error.defect) : error
    }
  }
}
