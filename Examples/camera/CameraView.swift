import AVFoundation
import SwiftUI

/// The camera's picture, and what it shows in words.
struct CameraView: View {
  let sight: Sight

  var body: some View {
    ZStack(alignment: .bottom) {
      if let session = sight.session {
        Preview(session: session).ignoresSafeArea()
      } else {
        Color.black.ignoresSafeArea()
      }
      VStack(alignment: .leading) {
        if let problem = sight.problem { Text(problem) }
        ForEach(sight.answers, id: \.name) { answer in
          HStack {
            Text(answer.name)
            Spacer()
            Text(answer.probability, format: .percent.precision(.fractionLength(0)))
          }
        }
      }
      .padding()
      .background(.thinMaterial)
    }
  }
}

/// What the session captures.
private struct Preview: UIViewRepresentable {
  let session: AVCaptureSession

  final class Layered: UIView {
    override class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }
  }

  func makeUIView(context: Context) -> Layered {
    let view = Layered()
    let layer = view.layer as? AVCaptureVideoPreviewLayer
    layer?.session = session
    layer?.videoGravity = .resizeAspectFill
    return view
  }

  func updateUIView(_ view: Layered, context: Context) {}
}
