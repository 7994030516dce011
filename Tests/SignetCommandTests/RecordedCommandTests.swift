import Testing

@testable import signet

/// What a model's file says of the command that made it.
@Suite struct RecordedCommandTests {
  private func words(_ line: String, files: Set<String> = []) -> [String] {
    RecordedCommand(line.split(separator: " ").map(String.init)) { files.contains($0) }.words
  }

  @Test func filesGoByTheirNames() {
    #expect(
      words(
        "binarize /a/b/float.signet --data cifar10:/data/cifar --teacher=x/t.onnx --codes 2",
        files: ["/a/b/float.signet", "/data/cifar", "x/t.onnx"]) == [
          "signet", "binarize", "float.signet", "--data", "cifar10:cifar", "--teacher=t.onnx",
          "--codes", "2",
        ])
    // A pattern of layers is not a path, though it may look like one.
    #expect(words("binarize m --keep a/*") == ["signet", "binarize", "m", "--keep", "a/*"])
  }

  @Test func whatCannotChangeTheResultIsLeftOut() {
    let bare = words("finetune m --seed 3")
    for addition in [
      "-o out.signet", "--output=out.signet", "--threads 2", "--checkpoint c", "--restart",
      "--json",
      "--log runs", "--report r.html", "--timeout=9",
    ] {
      #expect(words("finetune m \(addition) --seed 3") == bare, "\(addition)")
    }
    #expect(bare == ["signet", "finetune", "m", "--seed", "3"])
  }

  /// So many minutes are other steps on another machine.
  @Test func stepsStandForTheMinutesTheyTook() {
    for option in ["--minutes 30", "--minutes=30"] {
      let command = RecordedCommand(
        "finetune m \(option) --seed 3".split(separator: " ").map(String.init)
      ) {
        _ in false
      }
      #expect(
        command.replacingMinutes(steps: 412)
          == ["signet", "finetune", "m", "--steps", "412", "--seed", "3"])
    }
  }

  @Test func otherProgramsAreNotRecorded() { #expect(RecordedCommand.own == nil) }
}
