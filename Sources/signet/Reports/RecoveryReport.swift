import SignetModel
import SignetReport

/// How hashing went, and the fine-tuning after it.
struct RecoveryReport: Report {
  /// `nil` where an earlier run hashed.
  var binarization: BinarizationReport?
  var finetuning: TrainingReport

  /// Of the fine-tuning: what hashing did was said when it was done.
  var text: String { finetuning.text }
}
