import Foundation
import SignetHashing

let threads = 1
let effort = HashingOptions.Effort(rawValue: Int(CommandLine.arguments[1])!)!
let clock = ContinuousClock()
for base in CommandLine.arguments.dropFirst(2) {
  let problem = try LayerFiles.read(base)
  let solver = DescentSolver(HashingOptions(effort: effort, threads: threads))
  var solution: LayerSolution?
  let time = try clock.measure { solution = try solver.solve(problem) }.seconds
  print(base.split(separator: "/").last!, "\(problem.patchLength)x\(problem.filterCount)", String(format: "%.4f s before %.4f after %.4f", time, solution!.errorBefore, solution!.errorAfter), solution!.flips, solution!.sweeps)
}
