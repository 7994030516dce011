import SignetReport
import Testing

@Suite struct ProgressLineTests {
  let line = ProgressLine(
    label: "train", done: 150, total: 400, facts: ["loss 0.4100", "81.2 %", "512 images/s"],
    secondsLeft: 75)

  @Test func plainSaysEverything() {
    #expect(line.plain == "train  150/400  loss 0.4100  81.2 %  512 images/s  1 min 15 s left")
  }

  @Test func barOnAWideTerminal() {
    #expect(
      line.bar(columns: 100)
        == "train ▕███████▌            ▏  37 %  150/400  1 min 15 s left  loss 0.4100  81.2 %  "
        + "512 images/s")
  }

  @Test func factsThatDoNotFitAreLeftOut() {
    #expect(line.bar(columns: 52) == "train ▕███████▌            ▏  37 %  150/400")
  }

  @Test(arguments: 0...120) func neverWiderThanTheTerminal(columns: Int) {
    #expect(line.bar(columns: columns).count <= columns)
  }

  @Test func aCompleteLineHasAFullBarAndNoTimeLeft() {
    let complete = ProgressLine(label: "evaluate", done: 8, total: 8, secondsLeft: 0)
    #expect(complete.bar(columns: 80) == "evaluate ▕████████████████████▏ 100 %  8/8")
    #expect(complete.plain == "evaluate  8/8")
  }

  @Test func noWorkAtAll() {
    let nothing = ProgressLine(label: "x", done: 0, total: 0)
    #expect(nothing.fraction == 0)
    #expect(nothing.isComplete)
  }
}

@Suite struct RateLimitTests {
  @Test func firstAndLastAreAlwaysDue() {
    var limit = RateLimit(interval: 5)
    let due = [(0.0, false), (1, false), (4.9, false), (5, false), (6, false), (6.1, true)]
      .map { limit.isDue(at: $0.0, isLast: $0.1) }
    #expect(due == [true, false, false, true, false, true])
  }
}
