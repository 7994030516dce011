extension PageText {
  /// The beginning of it all.
  static let start = #"""
    /// Whether the server wants a token first.
    function needsToken(error) {
      if (error.status !== 401) return false;
      byId('key').hidden = false;
      byId('summary').textContent = token
        ? 'This is not the token that the server was started with.' : 'The server asks for its token.';
      byId('token').focus();
      return true;
    }

    async function begin() {
      try {
        const list = await askJSON('v1/models');
        byId('key').hidden = true;
        showModels(list);
        if (list.data) watchCases();
        if (list.runs) watchRuns();
      } catch (error) {
        if (!needsToken(error)) byId('summary').textContent = error.message;
      }
    }

    byId('key').addEventListener('submit', (event) => {
      event.preventDefault();
      token = byId('token').value;
      begin();
    });
    listenForImages();
    listenForCamera();
    begin();
    """#
}
