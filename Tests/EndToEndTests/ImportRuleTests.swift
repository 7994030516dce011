import Foundation
import Testing

/// Who may import whom. A library that an app links must stay free of libtorch, and C stays behind
/// the one target that wraps it.
@Suite struct ImportRuleTests {
  /// Modules of this package and of its dependencies that each target may import; modules of the
  /// system and the standard library are free.
  private static let allowed: [String: Set<String>] = [
    "SignetModel": [],
    "SignetZoo": ["SignetModel"],
    "SignetONNX": ["SignetModel", "SwiftProtobuf"],
    "SignetCoreML": ["SignetModel", "SwiftProtobuf"],
    "SignetData": ["SignetModel", "CTurboJPEG", "CPNG", "CZlib"],
    "SignetHashing": ["CSignetKernels"],
    "SignetRuntime": ["SignetModel", "CSignetKernels"],
    "SignetC": ["SignetModel", "SignetRuntime", "CSignet"],
    "SignetONNXRuntime": ["SignetModel", "SignetRuntime", "CSignet", "CSignetONNXRuntime"],
    "Torch": ["CTorch"],
    "SignetTraining": ["SignetModel", "SignetData", "SignetHashing", "Torch", "Crypto"],
    "SignetReport": ["SignetModel", "SignetData", "Crypto"],
    "SignetServer": [
      "SignetModel", "SignetData", "SignetRuntime", "SignetReport", "NIOCore", "NIOPosix",
      "NIOHTTP1",
    ],
    "signet": [
      "SignetModel", "SignetZoo", "SignetONNX", "SignetCoreML", "SignetData", "SignetHashing",
      "SignetRuntime",
      "SignetTraining", "SignetReport", "SignetServer", "Torch", "ArgumentParser",
    ],
  ]

  private static let system: Set<String> = [
    "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin",
    "Swift", "CoreGraphics", "CoreVideo",
  ]

  private static let sources = Repository.root.appendingPathComponent("Sources")

  private static func swiftFiles(of target: String, in folder: URL = sources) -> [URL] {
    let folder = folder.appendingPathComponent(target)
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (all?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
  }

  /// The modules that a file imports, by the words after `import`.
  private static func imports(in file: URL) throws -> [String] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
      var words = line.split(separator: " ")
      while let word = words.first,
        word.hasPrefix("@") || ["public", "internal", "package", "private"].contains(word)
      {
        words.removeFirst()
      }
      guard words.first == "import", words.count >= 2 else { return nil }
      let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let"]
      let module = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
      return module.split(separator: ".").first.map(String.init)
    }
  }

  @Test func targetsImportOnlyWhatTheyMay() throws {
    let targets = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
    var files = 0
    for target in targets {
      for file in Self.swiftFiles(of: target) {
        files += 1
        let allowed = try #require(Self.allowed[target], "\(target) is not in the table")
        for module in try Self.imports(in: file) {
          #expect(
            Self.system.contains(module) || allowed.contains(module),
            "\(target)/\(file.lastPathComponent) imports \(module)")
        }
      }
    }
    #expect(files > 50)
  }

  /// What an app links is tested on machines without libtorch, too.
  @Test func testsOfTheRuntimeNeedNoLibtorch() throws {
    let tests = Repository.root.appendingPathComponent("Tests")
    for target in ["SignetRuntimeTests", "NetworkOracle", "SignetModelTests"] {
      let files = Self.swiftFiles(of: target, in: tests)
      #expect(!files.isEmpty)
      for file in files {
        let found = try Self.imports(in: file).filter { ["Torch", "SignetTraining"].contains($0) }
        #expect(found == [], "\(target)/\(file.lastPathComponent)")
      }
    }
  }

  /// Their functions are those of C's headers: C calls them, and no product has them for Swift.
  private static let interfacesForC = ["SignetC", "SignetONNXRuntime"]

  @Test func noPublicInterfaceHasACPointer() throws {
    for target in Self.allowed.keys where !Self.interfacesForC.contains(target) {
      for file in Self.swiftFiles(of: target) {
        let source = try String(contentsOf: file, encoding: .utf8)
        for declaration in PublicDeclarations(in: source) where declaration.hasCPointer {
          Issue.record("\(target)/\(file.lastPathComponent): \(declaration.text)")
        }
      }
    }
  }

  @Test func wrappedSignaturesAndRequirementsAreSeen() {
    let pointers = [
      "public func a(_ x: OpaquePointer) {}",
      "public func b(\n  x: Int,\n  y: UnsafePointer<Int>\n) {}",
      "public func c()\n  throws(E)\n  -> UnsafeRawPointer\n{\n}",
      "  public init(\n    _ x: [Unmanaged<A>: UnsafeMutablePointer<B>]\n  )",
      "public protocol P {\n  func a()\n  func d(x: OpaquePointer)\n}",
      "@inlinable public var e:\n  UnsafeMutableRawPointer?\n{ get }",
    ]
    for source in pointers {
      #expect(PublicDeclarations(in: source).contains { $0.hasCPointer }, "\(source)")
    }
    let sound = [
      "public func a(x: Int) {\n  let y: OpaquePointer = z\n}",
      "public var b: Int\nprivate let c: UnsafePointer<Int>",
      "// public func d(x: OpaquePointer)\nfunc e(x: OpaquePointer) {}",
      "public protocol P {\n  func a()\n}\nlet d: OpaquePointer",
    ]
    for source in sound {
      #expect(!PublicDeclarations(in: source).contains { $0.hasCPointer }, "\(source)")
    }
  }

  @Test func onlyCTorchIncludesLibtorch() throws {
    let all = FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil)
    let extensions: Set<String> = ["c", "cpp", "cc", "h", "hpp"]
    for case let file as URL in all?.allObjects ?? [] where extensions.contains(file.pathExtension)
    {
      let text = try String(contentsOf: file, encoding: .utf8)
      guard text.contains("#include <torch/") || text.contains("#include <ATen/") else { continue }
      #expect(
        ["CTorch", "CLibTorch"].contains { file.path.contains("/Sources/\($0)/") }, "\(file.path)")
    }
  }
}
