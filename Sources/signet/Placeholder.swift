import Torch
@main struct Placeholder { static func main() { print(TorchSettings.threads) } }
