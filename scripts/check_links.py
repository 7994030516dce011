"""The links and equation numbers of the repository's Markdown pages. See check-links.sh."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
METHOD = ROOT / "Documentation" / "method.md"
FENCE = re.compile(r"^\s*(```|~~~)")
CODE = re.compile(r"(`+).+?\1")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")
TAG = re.compile(r"\\tag\{(\d+)\}")
REFERENCE = re.compile(r"method\.md,(?:\s|//[/!]?|\*)*equations?\s+(\d+)(?:(?:,| and|–|-)\s*(\d+))*")


def files(*patterns):
    """Tracked and new files, by Git's patterns."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    names = subprocess.run([*command, *patterns], cwd=ROOT, check=True, capture_output=True).stdout
    paths = [ROOT / name for name in names.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def prose(page):
    """(line number, text) outside of fenced code."""
    fence = None
    for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
        mark = FENCE.match(line)
        if mark and (fence is None or fence == mark[1]):
            fence = None if fence else mark[1]
        elif fence is None:
            yield number, line


def anchors(page):
    """The anchors that GitHub makes of a page's headings."""
    known = {}
    for _, line in prose(page):
        heading = HEADING.match(line)
        if not heading:
            continue
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
        name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        count = known.get(name, 0)
        known[name] = count + 1
        yield f"{name}-{count}" if count else name


def links(page):
    """(line number, target) of the links that lead into the repository."""
    for number, line in prose(page):
        for link in LINK.finditer(CODE.sub("", line)):
            if not re.match(r"[a-z][a-z0-9+.-]*:", link[1]):
                yield number, link[1]


def fault(page, target):
    """What is wrong with a link, or nothing."""
    path, _, anchor = target.partition("#")
    there = (page.parent / path).resolve() if path else page
    if not there.exists():
        return f"no such file: {path}"
    if ROOT not in there.parents:
        return f"outside of the repository: {path}"
    if anchor and there.suffix == ".md" and anchor not in set(anchors(there)):
        return f"no such heading: {target}"
    return None


def main():
    faults = []
    checked = 0
    for page in files("*.md"):
        for number, target in links(page):
            checked += 1
            reason = fault(page, target)
            if reason:
                faults.append(f"{page.relative_to(ROOT)}:{number}: {reason}")

    numbers = [int(number) for number in TAG.findall(METHOD.read_text(encoding="utf-8"))]
    if numbers != list(range(1, len(numbers) + 1)):
        faults.append(f"{METHOD.relative_to(ROOT)}: equations are numbered {numbers}")
    references = 0
    for source in files("*.swift", "*.c", "*.h", "*.py"):
        text = source.read_text(encoding="utf-8", errors="replace")
        for reference in REFERENCE.finditer(text):
            references += 1
            for number in map(int, re.findall(r"\d+", reference[0])):
                if number not in numbers:
                    line = text.count("\n", 0, reference.start()) + 1
                    faults.append(f"{source.relative_to(ROOT)}:{line}: no equation {number}")

    for reason in faults:
        print(reason, file=sys.stderr)
    print(f"{checked} links and {references} references to {len(numbers)} equations checked, "
          f"{len(faults)} broken")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
