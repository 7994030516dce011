import Foundation
import NIOCore

/// One server that takes a port over from another.
///
/// Where several sockets listen on one port, Linux spreads new connections over them until the one
/// that stops is closed, and those that nobody has accepted then are lost. So before it closes, the
/// one that stops has them all sent to another (`SO_ATTACH_REUSEPORT_CBPF`, socket(7)).
enum PortSharing {
  /// After this no connection is on its way to the old socket any more.
  static let settlingSeconds = 0.15

  /// Sends new connections to the second of the sockets that share the port, which is the one that
  /// came later; if there is none, all stays as it is.
  static func leaveNewConnectionsToOthers(_ listener: any Channel) {
    #if os(Linux)
      guard let provider = listener as? any SocketOptionProvider else { return }
      // BPF_RET | BPF_K: returns a number, which is taken for a place among the sockets.
      var instruction = Instruction(code: 0x06, jumpTrue: 0, jumpFalse: 0, value: 1)
      withUnsafeMutablePointer(to: &instruction) { instruction in
        let program = Program(count: 1, instructions: UnsafeMutableRawPointer(instruction))
        try? provider.unsafeSetSocketOption(
          level: SocketOptionLevel(SOL_SOCKET), name: attachProgram, value: program
        ).wait()
      }
    #endif
  }

  #if os(Linux)
    private static let attachProgram: SocketOptionName = 51

    /// `struct sock_filter`
    private struct Instruction {
      var code: UInt16
      var jumpTrue: UInt8
      var jumpFalse: UInt8
      var value: UInt32
    }

    /// `struct sock_fprog`
    private struct Program: @unchecked Sendable {
      var count: UInt16
      var instructions: UnsafeMutableRawPointer
    }
  #endif
}
