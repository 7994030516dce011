"""What build-docs.sh asks of the documentation.

    check_docs.py symbols FOLDER...           every public declaration has a comment
    check_docs.py snippets CATALOG FOLDER     writes the Swift of each article to ARTICLE/main.swift

FOLDER holds the symbol graphs of a module and is called like it.
"""

import json
import pathlib
import sys


def undocumented(folder):
    """The public declarations of a module that have no comment, and how many it has."""
    graph = json.loads((folder / f"{folder.name}.symbols.json").read_text(encoding="utf-8"))
    own = [symbol for symbol in graph["symbols"]
           if "::SYNTHESIZED::" not in symbol["identifier"]["precise"]]
    return [symbol for symbol in own if "docComment" not in symbol], len(own)


def check_symbols(folders):
    missing = 0
    for folder in map(pathlib.Path, folders):
        symbols, count = undocumented(folder)
        if count == 0:
            raise SystemExit(f"{folder}: no symbols")
        for symbol in symbols:
            print(f"{folder.name}: no comment: {'.'.join(symbol['pathComponents'])}",
                  file=sys.stderr)
        print(f"{folder.name}: {count - len(symbols)} of {count} public declarations documented")
        missing += len(symbols)
    return 1 if missing else 0


def write_snippets(catalog, folder):
    """An article's snippets are one program: later ones use what earlier ones declare."""
    for article in sorted(pathlib.Path(catalog).glob("*.md")):
        lines = []
        inside = False
        for line in article.read_text(encoding="utf-8").split("\n"):
            if line.startswith("```"):
                inside = not inside and line == "```swift"
            # Other lines are kept as empty ones, so that errors name the article's line.
            lines.append(line if inside and not line.startswith("```") else "")
        if any(lines):
            place = pathlib.Path(folder) / article.stem
            place.mkdir(parents=True, exist_ok=True)
            (place / "main.swift").write_text("\n".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    sys.exit(check_symbols(arguments) if verb == "symbols" else write_snippets(*arguments))
