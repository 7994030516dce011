import AVFoundation
import Observation

/// What the app knows of what it sees.
@MainActor @Observable
final class Sight {
  private(set) var answers: [Recognizer.Answer] = []
  private(set) var problem: String?
  private(set) var session: AVCaptureSession?
  private var camera: Camera?

  /// Asks for the camera and begins to look.
  func begin() async {
    guard await AVCaptureDevice.requestAccess(for: .video) else {
      problem = "Settings may allow this app to use the camera."
      return
    }
    do {
      guard let file = Bundle.main.url(forResource: "small", withExtension: "signet") else {
        problem = "The app has no small.signet."
        return
      }
      let camera = try Camera(recognizer: Recognizer(contentsOf: file)) { result in
        Task { @MainActor [weak self] in self?.take(result) }
      }
      self.camera = camera
      session = camera.session
      await camera.start()
    } catch {
      problem = "\(error)"
    }
  }

  private func take(_ result: Result<[Recognizer.Answer], any Error>) {
    switch result {
    case .success(let found): (answers, problem) = (found, nil)
    case .failure(let error): problem = "\(error)"
    }
  }
}
