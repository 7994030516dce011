import NIOHTTP1
import SignetModel

/// What can be asked for.
enum Route: Hashable, Sendable {
  /// A file of the page.
  case page(PageFile)
  case health
  case metrics
  case models
  case predict(model: String)
  case data
  case picture(Int)
  case runs

  /// - Returns: `nil` for a path that means nothing
  init?(_ segments: [String]) {
    switch segments {
    case ["healthz"]: self = .health
    case ["metrics"]: self = .metrics
    case ["v1", "models"]: self = .models
    case ["v1", "data"]: self = .data
    case ["v1", "runs"]: self = .runs
    case _ where segments.count == 1:
      guard let file = PageFile.named(segments[0]) else { return nil }
      self = .page(file)
    case _ where segments.count == 4 && segments.starts(with: ["v1", "models"]):
      guard segments[3] == "predict" else { return nil }
      self = .predict(model: segments[2])
    case _ where segments.count == 4 && segments.starts(with: ["v1", "data", "images"]):
      guard let index = Int(segments[3]) else { return nil }
      self = .picture(index)
    default: return nil
    }
  }

  /// For counting.
  var name: String {
    switch self {
    case .page: "page"
    case .health: "healthz"
    case .metrics: "metrics"
    case .models: "models"
    case .predict: "predict"
    case .data: "data"
    case .picture: "picture"
    case .runs: "runs"
    }
  }

  var allows: String {
    if case .predict = self { return "POST" }
    return "GET, HEAD"
  }

  func allows(_ method: HTTPMethod) -> Bool {
    if case .predict = self { return method == .POST }
    return method == .GET || method == .HEAD
  }

  /// Whether anybody may have it: nothing of the models or of the data is in it.
  var isOpen: Bool {
    switch self {
    case .page, .health: true
    default: false
    }
  }

  /// Keys that its query may have.
  var queryKeys: [String] {
    if case .predict = self { return ["top", "map", "layers"] }
    return []
  }
}
