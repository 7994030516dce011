import Foundation

/// What a server has done, counted.
final class ServerMetrics: Sendable {
  private struct Counts: Sendable {
    var begun = 0
    var requests: [Key: Int] = [:]
    var latencies: [String: Histogram] = [:]
    var runs: [String: Histogram] = [:]
    var received = 0
    var sent = 0
    /// Of a request in the hands of a worker; a mean in which the last ones count most.
    var workSeconds = 0.0
  }

  private struct Key: Hashable, Sendable {
    var route: String
    var status: Int
  }

  /// What is not counted but looked at when somebody asks.
  struct Gauges {
    var queueDepth: Int
    var inFlight: Int
    var memoryBytes: Int
  }

  private let counts = Guarded(Counts())

  var meanWorkSeconds: Double { counts.value.workSeconds }

  var tally: Tally {
    let counts = counts.value
    let answers = counts.requests.filter { !["unread", "refused"].contains($0.key.route) }
    return Tally(taken: counts.begun, answered: answers.values.reduce(0, +))
  }

  func noteBegin() { counts.update { $0.begun += 1 } }

  func note(_ exchange: Exchange) {
    counts.update { counts in
      counts.requests[Key(route: exchange.route, status: exchange.status), default: 0] += 1
      counts.latencies[exchange.route, default: Histogram()].add(exchange.seconds)
      counts.received += exchange.receivedBytes
      counts.sent += exchange.sentBytes
    }
  }

  func noteRun(model: String, seconds: Double) {
    counts.update { $0.runs[model, default: Histogram()].add(seconds) }
  }

  func noteWork(seconds: Double) {
    counts.update { counts in
      counts.workSeconds +=
        (seconds - counts.workSeconds) * (counts.workSeconds == 0 ? 1 : 0.05)
    }
  }

  /// Prometheus's text format; all labels are names of ours.
  func text(_ gauges: Gauges) -> String {
    let counts = counts.value
    var lines: [String] = []
    func add(_ name: String, _ kind: String, _ help: String, _ values: [String]) {
      lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(kind)"] + values
    }
    add(
      "signet_requests_total", "counter", "Requests answered.",
      counts.requests.sorted { ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status) }.map {
        "signet_requests_total{route=\"\($0.route)\",status=\"\($0.status)\"} \($1)"
      })
    add(
      "signet_request_seconds", "histogram", "From a request's head to its sent answer.",
      counts.latencies.sorted { $0.key < $1.key }.flatMap {
        $0.value.lines("signet_request_seconds", label: "route=\"\($0.key)\"")
      })
    add(
      "signet_run_seconds", "histogram", "Runs of a model.",
      counts.runs.sorted { $0.key < $1.key }.flatMap {
        $0.value.lines("signet_run_seconds", label: "model=\"\($0.key)\"")
      })
    let plain: [(String, String, String, Int)] = [
      ("signet_received_bytes_total", "counter", "Bytes of requests.", counts.received),
      ("signet_sent_bytes_total", "counter", "Bytes of answers' bodies.", counts.sent),
      ("signet_queue_depth", "gauge", "Requests that wait for a worker.", gauges.queueDepth),
      ("signet_in_flight", "gauge", "Requests that workers have.", gauges.inFlight),
      (
        "signet_request_memory_bytes", "gauge", "Memory that requests have claimed.",
        gauges.memoryBytes
      ),
    ]
    for (name, kind, help, value) in plain { add(name, kind, help, ["\(name) \(value)"]) }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// How many requests there were.
package struct Tally: Sendable, Hashable {
  /// Those that were read.
  package var taken: Int
  /// Those of them whose answer was sent.
  package var answered: Int
}
