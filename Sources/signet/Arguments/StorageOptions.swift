import ArgumentParser
import SignetModel

/// How a result is stored.
struct StorageOptions: ParsableArguments {
  @Option(
    help: """
      How layers that are not binary are stored; int8 makes the whole file small, see \
      signet export --help.
      """)
  var keptLayers: KeptLayerStorage = .float32
}
