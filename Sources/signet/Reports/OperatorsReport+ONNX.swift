import SignetONNX
import SignetReport

extension OperatorsReport {
  init(_ operators: [ONNXOperator]) {
    let sets = ONNXImporter.operatorSets
    self.init(
      rows: operators.map {
        Row(operators: $0.names, takenAs: $0.takenAs, limits: $0.limits)
      },
      remarks: [
        "Operator sets \(sets.lowerBound) to \(sets.upperBound), and the file's own functions of "
          + "these operators."
      ])
  }
}
