import Foundation
import SignetModel
import SignetReport
import Testing

@testable import signet

/// How the measurement of single layers, and the bits that follow from it, are told.
@Suite struct BudgetReportTests {
  private let changes = [0.0312, 0.0104, 0.0021, 0.0005].map {
    OutputChange(divergence: $0, changedTop1: $0 / 2)
  }

  @Test func choicesStandInColumnsWithReasons() {
    let choices = [
      LayerChoice(name: "layer1.0.conv1", weights: 2304, codes: 3, changes: changes),
      LayerChoice(name: "layer3.2.conv2", weights: 36864, codes: 1, changes: changes),
      LayerChoice(name: "small", weights: 144, codes: 0, changes: changes),
      LayerChoice(name: "most", weights: 144, codes: 4, changes: changes),
      LayerChoice(name: "mixed", weights: 144, codes: 3, bits: 1.375, changes: changes),
    ]
    #expect(
      BinarizationReport.explained(choices).map { $0.line() }.joined(separator: "\n") == """
        layer1.0.conv1            3 codes    alone, 1 code moves the output by 0.0312, 3 by 0.0021; 4 \
        would by 0.0005; 5.82 % of the weights
        layer3.2.conv2            1 code     alone, 1 code moves the output by 0.0312; 2 would by \
        0.0104; 93.09 % of the weights
        small                     8 bits     alone, 1 code moves the output by 0.0312; 8 bits by \
        next to nothing; 0.36 % of the weights
        most                      4 codes    alone, 1 code moves the output by 0.0312, 4 by 0.0005; \
        0.36 % of the weights
        mixed                     1.38 bits  alone, 1 code moves the output by 0.0312; 0.36 % of \
        the weights
        """)
  }

  @Test func choicesFitANarrowTerminal() {
    let choice = LayerChoice(name: "layer1.0.conv1", weights: 2304, codes: 3, changes: changes)
    #expect(
      BinarizationReport.explained([choice])[0].line(columns: 60) == """
        layer1.0.conv1  3 codes
          alone, 1 code moves the output by 0.0312, 3 by 0.0021;
          4 would by 0.0005; 100.00 % of the weights
        """)
  }

  @Test func sensitivityEndsTheLine() {
    let record = LayerRecord(
      name: "conv2", filters: 512, patchLength: 4608, codes: 1, errorBefore: 0.199,
      errorAfter: 0.0432, flips: 530_000, sensitivity: changes[0], seconds: 12)
    #expect(
      BinarizationReport.line(for: record, index: 0, total: 1).hasSuffix(
        "12.0 s  alone: divergence 0.0312, top-1 changed 1.56 %"))
  }

  @Test func recordsOfOlderFilesAreRead() throws {
    let text = """
      {"name": "a", "filters": 1, "patchLength": 9, "errorBefore": 0.5, "errorAfter": 0.25,
       "flips": 3}
      """
    let record = try JSONDecoder().decode(LayerRecord.self, from: Data(text.utf8))
    #expect(record.codes == nil && record.sensitivity == nil && record.seconds == nil)
    let step = """
      {"verb": "binarize", "options": {}, "results": {}, "layers": [\(text)]}
      """
    let decoded = try JSONDecoder().decode(Provenance.Step.self, from: Data(step.utf8))
    #expect(decoded.choices == nil && decoded.layers == [record])
  }
}
