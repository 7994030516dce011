import Foundation
import Testing

/// How `signet serve` begins and ends; what it answers is tested with its target.
@Suite struct ServeTests {
  private let workspace: Workspace
  private let model: String

  init() throws {
    workspace = try Workspace()
    model = try TinyONNX.write(to: workspace.folder)
  }

  @Test func aServerEndsWellWhenItIsAskedTo() throws {
    let output = try Command(
      "serve", model, "--preset", "unit", "--port", "0", "--json"
    ).run(interruptAfter: "Ctrl-C")
    #expect(output.status == 0, "\(output.standardError)")
    let report = try output.json()
    let port = try #require(report["port"] as? Int)
    #expect(port > 0 && report["address"] as? String == "http://127.0.0.1:\(port)/")
    #expect(report["models"] as? [String] == ["net"])
    #expect(output.standardError.hasSuffix("signet: 0 requests answered\n"))
  }

  @Test func othersAreLetInWithATokenAlone() throws {
    let open = try Command("serve", model, "--preset", "unit", "--host", "0.0.0.0").run()
    #expect(open.status == 64)
    #expect(open.standardError.contains("others can reach '0.0.0.0'"))
    #expect(open.standardError.contains("--token"))
    let short = try Command("serve", model, "--preset", "unit").run(
      environment: ["SIGNET_TOKEN": "secret"])
    #expect(short.status == 64)
    #expect(short.standardError.contains("at least 16 characters, found 6"))
    #expect(!short.standardError.contains("secret"))
  }

  @Test func whatCannotBeServedIsNamed() throws {
    let folder = try Command("serve", model, "--preset", "unit", "--runs", "/nowhere").run()
    #expect(folder.status == 65)
    #expect(folder.standardError.contains("/nowhere") && folder.standardError.contains("--runs"))
    let address = try Command(
      "serve", model, "--preset", "unit", "--host", "no.such.host.invalid"
    ).run(environment: ["SIGNET_TOKEN": "0123456789abcdef"])
    #expect(address.status == 1)
    #expect(address.standardError.contains("cannot listen on port 8080 of 'no.such.host.invalid'"))
    let body = try Command("serve", model, "--max-body", "1GiB").run()
    #expect(body.status == 64 && body.standardError.contains("--memory"))
  }
}
