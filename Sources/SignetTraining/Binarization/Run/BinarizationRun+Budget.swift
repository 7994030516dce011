import SignetModel

extension BinarizationRun {
  /// Tries layers alone, where that is asked for, and gives them the codes that a budget allows.
  func chooseLayers(_ set: CalibrationSet) throws {
    guard options.needsSurvey else { return }
    try SensitivitySurvey(
      options: options, selection: selection, pass: pass, fisher: fisher
    ).run(set, known: Set(state.survey.keys)) { layer, survey in
      state.survey[layer] = survey
      try state.save()
      try stopIfAnyIsAsked()
    }
    guard let budget = options.budget else { return }
    let choice = try BudgetChoice(for: selection, surveys: state.survey, budget: budget)
    self.choice = choice
    selection.remove { choice.codeCounts[$0.name] == nil }
    observer.chosen(choice.layers)
  }

  /// The network with the smallest budget that keeps enough of the float one, or with the largest
  /// where none does.
  func smallest(within drop: Double) throws -> Model {
    var search = BudgetSearch(trials: state.trials)
    var found: (bits: Double, model: Model)?
    while let bits = search.next {
      let model = try tried(bits)
      let results = model.provenance.steps.last?.results ?? [:]
      guard let kept = results["agreement"] ?? results["fidelity"] else {
        throw TrainingError.missing(what: "readable held-out images", neededBy: "targetDrop")
      }
      let trial = BudgetTrial(bits: bits, kept: kept, wanted: 100 - drop)
      search.add(trial)
      if search.best == trial { found = (bits, model) }
      state.trials = search.trials
      state.solved = [:]
      try state.save()
      observer.tried(trial)
    }
    guard let best = search.best else { throw TrainingError.nothingToBinarize }
    // After an interruption the best may be known by its budget alone.
    if let found, found.bits == best.bits { return found.model }
    return try tried(best.bits)
  }

  private func tried(_ bits: Double) throws -> Model {
    options.budget = bits
    selection = wholeSelection
    edit = ModelEdit(model)
    return try binarized()
  }
}
