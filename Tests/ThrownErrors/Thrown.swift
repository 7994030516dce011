/// What an error of this type that `body` throws says; otherwise what happened instead.
///
/// A type alone would let an error pass for another one, and its text says which case it is and of
/// what.
package func thrown<Failure: Error, Result>(
  _ type: Failure.Type, _ body: () throws -> Result
) -> String {
  do {
    return "no error, but \(try body())"
  } catch let error as Failure {
    return "\(error)"
  } catch {
    return "another error, \(error)"
  }
}
