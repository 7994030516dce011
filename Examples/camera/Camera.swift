import AVFoundation
import SignetModel

/// Hands the camera's pictures to a recognizer, one at a time: those that come meanwhile are dropped.
///
/// The session and what follows it are touched on `queue` alone.
final class Camera: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
  struct NoCamera: Error, CustomStringConvertible {
    var description: String { "This device has no camera that can be used." }
  }

  let session = AVCaptureSession()
  private let recognizer: Recognizer
  private let report: @Sendable (Result<[Recognizer.Answer], any Error>) -> Void
  private let queue = DispatchQueue(label: "camera")

  init(
    recognizer: Recognizer,
    report: @escaping @Sendable (Result<[Recognizer.Answer], any Error>) -> Void
  ) throws {
    self.recognizer = recognizer
    self.report = report
    super.init()
    guard
      let device = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back)
    else { throw NoCamera() }
    let input = try AVCaptureDeviceInput(device: device)
    let output = AVCaptureVideoDataOutput()
    output.videoSettings = [
      kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA
    ]
    output.alwaysDiscardsLateVideoFrames = true
    output.setSampleBufferDelegate(self, queue: queue)
    guard session.canAddInput(input), session.canAddOutput(output) else { throw NoCamera() }
    session.sessionPreset = .vga640x480
    session.addInput(input)
    session.addOutput(output)
    // Upright, as the app is held.
    output.connection(with: .video)?.videoRotationAngle = 90
  }

  func start() async {
    await withCheckedContinuation { continuation in
      queue.async {
        self.session.startRunning()
        continuation.resume()
      }
    }
  }

  func captureOutput(
    _ output: AVCaptureOutput, didOutput buffer: CMSampleBuffer,
    from connection: AVCaptureConnection
  ) {
    guard let pixels = CMSampleBufferGetImageBuffer(buffer) else { return }
    report(Result { try recognizer.answers(for: PixelImage(pixels)) })
  }
}
