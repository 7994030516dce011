extension PageText {
  static let html = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Signet</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="app.css">
    <script src="app.js" defer></script>
    </head>
    <body>
    <a class="skip" href="#main">To the content</a>
    <header>
    <h1>Signet</h1>
    <p class="quiet" id="summary">Asking which models there are.</p>
    </header>
    <main id="main">
    <form id="key" class="row" hidden>
    <label for="token">Token of this server</label>
    <input id="token" type="password" autocomplete="current-password" required>
    <button>Go on</button>
    </form>
    <section id="try" aria-labelledby="try-title">
    <h2 id="try-title">Show it an image</h2>
    <div id="drop" class="drop">
    <img id="shown" alt="The image that was shown" hidden>
    <video id="video" muted playsinline aria-label="The camera’s picture" hidden></video>
    <p>Drop an image here, paste one, or take one:</p>
    <p class="row">
    <input id="file" type="file" accept="image/*" class="hidden-input">
    <label for="file" class="button">Choose a file</label>
    <button type="button" id="camera">Use the camera</button>
    <button type="button" id="again" hidden>Run it 20 times</button>
    </p>
    </div>
    <p id="status" role="status" class="quiet"></p>
    </section>
    <section aria-labelledby="models-title">
    <h2 id="models-title">What the models say</h2>
    <div id="models" class="cards"></div>
    </section>
    <section id="cases" aria-labelledby="cases-title" hidden>
    <h2 id="cases-title">Surest of what is wrong</h2>
    <p id="cases-note" class="quiet"></p>
    <div id="cases-list"></div>
    </section>
    <section id="runs" aria-labelledby="runs-title" hidden>
    <h2 id="runs-title">Training</h2>
    <p id="runs-note" class="quiet"></p>
    <div id="runs-list"></div>
    </section>
    </main>
    <footer><p class="quiet">This page talks to nobody but the server that it came from.</p></footer>
    </body>
    </html>

    """

  /// What the page needs beside the report's styles.
  static let styles = """
    [hidden]{display:none!important}
    .row{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:center}
    button,.button{font:inherit;font-size:.9rem;color:var(--accent);background:var(--paper);\
    border:1px solid var(--accent);border-radius:4px;padding:.375rem .875rem;cursor:pointer}
    button:hover,.button:hover{background:var(--tint)}
    .hidden-input{position:absolute;width:1px;height:1px;opacity:0}
    .hidden-input:focus-visible+.button{outline:2px solid var(--accent);outline-offset:2px}
    input[type=password]{font:inherit;padding:.375rem .5rem;border:1px solid var(--quiet);\
    border-radius:4px;background:var(--paper);color:var(--text);max-width:100%}
    .drop{border:2px dashed var(--line);border-radius:6px;padding:1rem;display:grid;\
    gap:.5rem 1.25rem;margin-top:.75rem}
    .drop p{margin:0}
    .drop.over{border-color:var(--accent);background:var(--tint)}
    .drop img,.drop video{max-width:100%;max-height:14rem;min-height:7rem;object-fit:contain;\
    justify-self:start;background:var(--tint)}
    #status.wrong{color:var(--warm)}
    .cards{display:grid;gap:1.5rem 2rem;margin-top:.75rem;\
    grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr))}
    .card{border-top:3px solid var(--line);padding-top:.5rem;min-width:0}
    .card.is-model{border-color:var(--accent)}
    .card h3{margin:0;overflow-wrap:anywhere}
    .card h4{margin:.75rem 0 .25rem;font-size:.85rem;font-weight:500;overflow-wrap:anywhere}
    .card p{margin:.125rem 0;font-size:.9rem}
    .card img{max-width:100%;width:14rem;image-rendering:pixelated;background:var(--tint)}
    .card canvas{max-width:100%}
    .time{font-size:1.25rem!important;font-weight:600}
    .bars{list-style:none;margin:.5rem 0;padding:0;font-size:.9rem}
    .bars li{display:grid;grid-template-columns:1fr auto;gap:0 .75rem;padding:.2rem 0}
    .bars .name{overflow-wrap:anywhere}
    .bars .bar{grid-column:1/-1;height:.375rem;background:var(--tint);border-radius:2px}
    .bars .bar span{display:block;height:100%;background:var(--accent);border-radius:2px}
    .gallery button{border:0;padding:0;background:none;text-align:left;color:var(--text);width:100%}
    .gallery button:hover{background:var(--tint)}
    .gallery img{width:96px;height:96px;object-fit:contain}
    .charts{display:grid;gap:0 2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
    .charts svg{width:100%;height:auto;max-width:32rem}
    """
}
