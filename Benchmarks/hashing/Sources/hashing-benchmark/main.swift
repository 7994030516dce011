import Foundation
import SignetHashing

let clock = ContinuousClock()
if CommandLine.arguments[1] == "big" {
  let layer = try SyntheticLayer(patchLength: 4608, filterCount: 512, patchCount: 4608, threads: 2)
  print("gram \(layer.gramSeconds) s, \(layer.gramFlops / layer.gramSeconds * 1e-9) GFLOP/s")
  try LayerFiles.write(layer.problem, "/tmp/w/hashing/big")
  for effort in HashingOptions.Effort.allCases.prefix(3) {
    let solver = DescentSolver(HashingOptions(effort: effort, threads: 2))
    var solution: LayerSolution?
    let time = try clock.measure { solution = try solver.solve(layer.problem) }.seconds
    print(effort, time, solution!.flips, solution!.errorBefore, solution!.errorAfter)
  }
} else {
let threads = 1
let effort = HashingOptions.Effort(rawValue: Int(CommandLine.arguments[1])!)!
let codes = Int(CommandLine.arguments[2])!
for base in CommandLine.arguments.dropFirst(3) {
  let problem = try LayerFiles.read(base)
  let solver = DescentSolver(HashingOptions(effort: effort, codes: codes, threads: threads))
  var solution: LayerSolution?
  let time = try clock.measure { solution = try solver.solve(problem) }.seconds
  print(base.split(separator: "/").last!, "\(problem.patchLength)x\(problem.filterCount)", String(format: "%.4f s before %.4f after %.5f", time, solution!.errorBefore, solution!.errorAfter), solution!.flips, solution!.sweeps)
}
}
