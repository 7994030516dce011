/// A command whose work takes long and whose files are therefore checked before it begins.
protocol LongCommand {
  var files: FileRoles { get }
}
