// swift-tools-version: 6.1
import PackageDescription

// What an app that only runs models needs: one product, and no library to install.
let package = Package(
  name: "classify",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "signet", path: "../..", traits: [])],
  targets: [
    .executableTarget(
      name: "classify", dependencies: [.product(name: "SignetRuntime", package: "signet")])
  ],
  swiftLanguageModes: [.v6]
)
