import ArgumentParser

@main
struct Signet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signet",
    abstract: "Turns trained convolutional networks into 1-bit models and runs them.",
    discussion: """
      Weights become signs with one scale per filter, chosen so that each layer's outputs on \
      real images change least (binary weight networks by hashing, BWNH). MODEL is a model \
      file or an ONNX file; data is named KIND:PATH.

      Examples:
        signet demo
        signet binarize float.signet --data cifar10:cifar-10-batches-bin \\
          -o binary.signet
        signet evaluate binary.signet --data cifar10:cifar-10-batches-bin

      Exit codes: 0 done, 1 failed, 64 wrong usage, 65 bad input data, 130 interrupted.
      """,
    version: "0.1.0",
    subcommands: [
      TrainCommand.self, BinarizeCommand.self, FinetuneCommand.self, CompareCommand.self,
      EvaluateCommand.self, PredictCommand.self, BenchmarkCommand.self, InspectCommand.self,
      ImportCommand.self, ExportCommand.self, ReportCommand.self, ServeCommand.self,
      DoctorCommand.self, DemoCommand.self,
    ])

  static func main() {
    StandardStreams.secure()
    do {
      try checkCommandName(Array(CommandLine.arguments.dropFirst()))
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Failure(error, command: self).exit()
    }
  }
}
