import SignetModel
import SignetReport
import Testing
import ThrownErrors

@testable import signet

@Suite struct MeasureReportTests {
  @Test func segmentation() throws {
    var report = SegmentationReport(
      output: "map", miou: 62.5, pixelAccuracy: 91.254,
      classes: [
        .init(number: 0, iou: 100, places: 7), .init(number: 4, iou: 25, places: 1),
      ], images: 1449, skipped: 0, seconds: 12.34, engine: "runtime", threads: 1)
    #expect(
      report.text
        == "mIoU 62.50 % of 2 classes  pixel accuracy 91.25 %  1,449 images in 12.3 s (runtime, 1 "
        + "thread)")
    report.classes = [.init(number: 4, iou: 25, places: 1)]
    report.images = 1
    report.skipped = 2
    #expect(report.text.contains(" of 1 class  ") && report.text.hasSuffix("thread), 2 skipped"))
    #expect(
      try JSONText.encode(report) == """
        {
          "classes" : [
            {
              "iou" : 25,
              "number" : 4,
              "places" : 1
            }
          ],
          "engine" : "runtime",
          "images" : 1,
          "miou" : 62.5,
          "output" : "map",
          "pixelAccuracy" : 91.254,
          "seconds" : 12.34,
          "skipped" : 2,
          "threads" : 1
        }
        """)
  }

  @Test func reconstruction() throws {
    var report = ReconstructionReport(
      output: "y", psnr: 31.41592, peak: 255, images: 14, skipped: 0, seconds: 2, engine: "torch",
      threads: 2)
    #expect(
      report.text == "PSNR 31.4159 dB, peak 255.0000  14 images in 2.00 s (torch, 2 threads)")
    report.psnr = .infinity
    #expect(report.text.hasPrefix("PSNR ∞ dB, peak 255.0000  14 "))
    #expect(try JSONText.encode(report).contains("\"psnr\" : \"inf\""))
  }

  @Test func verification() throws {
    var report = VerificationReport(
      output: "e", same: 0.71234, different: 0.05, accuracy: 99.25, threshold: 0.3333, pairs: 6000,
      images: 7701, skipped: 0, seconds: 80, engine: "runtime", threads: 2)
    #expect(
      report.text
        == "cosine of same 0.7123, of different 0.0500  accuracy 99.25 % at 0.3333  6,000 pairs, "
        + "7,701 images in 1 min 20 s (runtime, 2 threads)")
    report.threshold = .infinity
    #expect(report.text.contains("  accuracy 99.25 % with none as the same  6,000 pairs, "))
  }
}

@Suite struct MetricTests {
  private func model(_ shape: Shape) throws -> Model {
    var builder = GraphBuilder(inputs: [GraphInput(name: "x", shape: shape)])
    builder.append("y", .activation(.elementary(.abs)), "x")
    return try Model(
      graph: builder.graph(outputs: [GraphOutput(name: "y", value: "y")]), weights: [:],
      preprocessing: .none)
  }

  /// Which measures an output of each shape can have.
  @Test(arguments: [
    (Shape.map(21, 8, 8), [Metric.miou]), (.map(255, 1, 2), [.miou]), (.map(256, 8, 8), []),
    (.map(3, 8, 8), [.miou, .psnr]), (.map(1, 8, 8), [.miou, .psnr]), (.vector(128), [.cosine]),
    (.map(128, 1, 1), [.cosine]), (.vector(1), []), (Shape([4, 8]), []),
    (Shape([2, 3, 4, 5]), []),
  ])
  func shapesAndMeasures(shape: Shape, metrics: [Metric]) throws {
    let model = try model(shape)
    let output = model.graph.outputs[0]
    let fitting = Metric.allCases.filter { $0.fits(output, of: model) }
    #expect(fitting == metrics)
    for metric in Metric.allCases where !metrics.contains(metric) {
      #expect(
        thrown(CommandError.self) { try metric.output(named: nil, of: model, file: "m.signet") }
          == "m.signet: --metric \(metric.rawValue): expected \(metric.expected), found y "
          + "(\(model.outputKind), \(shape))\(metric.remedy)")
    }
  }
}
