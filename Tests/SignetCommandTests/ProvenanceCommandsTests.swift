import SignetModel
import Testing

@testable import signet

/// The way to a model from the commands that its file records.
@Suite struct ProvenanceCommandsTests {
  private func commands(_ lines: [String?]) -> [String] {
    Provenance(
      steps: lines.map { line in
        Provenance.Step(
          verb: "any", command: line.map { $0.split(separator: " ").map(String.init) })
      }
    ).commands(making: "small one.signet")
  }

  @Test func eachMakesWhatTheNextReads() {
    #expect(
      commands([
        "signet import net.onnx --resize 256", "signet binarize float.signet --codes 2",
        "signet finetune hashed.signet --teacher float.signet",
      ]) == [
        "signet import net.onnx --resize 256 -o float.signet",
        "signet binarize float.signet --codes 2 -o hashed.signet",
        "signet finetune hashed.signet --teacher float.signet -o 'small one.signet'",
      ])
  }

  @Test func theyEndWhereNothingIsKnown() {
    #expect(commands(["signet import a.onnx", nil]).isEmpty)
    #expect(
      commands([nil, "signet binarize float.onnx"]) == [
        "signet binarize float.onnx -o 'small one.signet'"
      ])
    #expect(
      commands(["signet import a.onnx", "signet train --arch vgg9"]) == [
        "signet train --arch vgg9 -o 'small one.signet'"
      ])
  }
}
