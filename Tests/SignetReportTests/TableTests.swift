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

  @Test func cellsPastTheLastColumnAreDropped() {
    #expect(Table([Table.Column("a")], rows: [["1", "2"]]).rows == [["1"]])
  }
}
