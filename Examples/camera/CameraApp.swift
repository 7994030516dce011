import SwiftUI

@main
struct CameraApp: App {
  @State private var sight = Sight()

  var body: some Scene {
    WindowGroup {
      CameraView(sight: sight)
        .task { await sight.begin() }
    }
  }
}
