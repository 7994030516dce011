@testable import SignetONNX
