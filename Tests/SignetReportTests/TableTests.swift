import SignetReport
import Testing

@Suite struct TableTests {
  let table = Table(
    [Table.Column("network", .left), Table.Column("top-1"), Table.Column("run by", .left)],
    rows: [["float", "92.10 %", "torch"], ["BWNH, fine-tuned", "9.1 %"]])

  @Test func textIsAligned() {
    #expect(
      table.text == """
        network             top-1  run by
        ────────────────  ───────  ──────
        float             92.10 %  torch
        BWNH, fine-tuned    9.1 %
        """)
  }

  @Test func markdownIsAligned() {
    #expect(
      table.markdown == """
        | network          |   top-1 | run by |
        | ---------------- | ------: | ------ |
        | float            | 92.10 % | torch  |
        | BWNH, fine-tuned |   9.1 % |        |
        """)
  }

  @Test func aTableWithoutRowsHasItsTitles() {
    #expect(Table([Table.Column("a"), Table.Column("bc")]).text == "a  bc\n─  ──")
  }

  @Test func columnsThatMatterLeastAreLeftOutWhereLinesAreShort() {
    let table = Table(
      [
        Table.Column("network", .left), Table.Column("top-1", spare: 2),
        Table.Column("run by", .left, spare: 1),
      ], rows: [["BWNH, fine-tuned", "9.1 %", "torch"]])
    #expect(table.text(columns: 31) == table.text)
    #expect(
      table.text(columns: 30) == """
        network           top-1
        ────────────────  ─────
        BWNH, fine-tuned  9.1 %
        Left out for want of room:
        'run by'; --json has all.
        """)
    #expect(table.text(columns: 20).hasPrefix("network\n───────"))
  }

  @Test func cellsGoOnInFurtherLines() {
    let table = Table(
      [Table.Column("layer", .left), Table.Column("bits")],
      rows: [["model.features.10.convolution", "1"], ["a short one and a long one", "32"]])
    #expect(
      table.text(columns: 20) == """
        layer           bits
        ──────────────  ────
        model.features     1
        .10.convolutio
        n
        a short one       32
        and a long one
        """)
  }

  @Test(arguments: 30...100) func linesFit(columns: Int) {
    var table = Table(
      (0..<6).map { Table.Column("column \($0)", .left, spare: $0 > 1 ? $0 : nil) })
    table.append((0..<6).map { String(repeating: "word ", count: $0 + 1) })
    #expect(table.text(columns: columns).split(separator: "\n").allSatisfy { $0.count <= columns })
  }

  @Test func namesCannotBreakOut() {
    let table = Table([Table.Column("a")], rows: [["x\u{1b}[31m\nforged"]])
    #expect(table.rows == [["x\\u{1b}[31m\\nforged"]])
  }

  @Test func cellsPastTheLastColumnAreDropped() {
    #expect(Table([Table.Column("a")], rows: [["1", "2"]]).rows == [["1"]])
  }
}
