/// An error of a command whose result was printed and tells programs all of it.
struct ErrorAfterResult: Error {
  let error: any Error
}
