import CTorch
public func torchThreads() -> Int { Int(ctorch_threads()) }
