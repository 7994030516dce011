"""The links, equations and commands of the repository's Markdown pages. See check-links.sh."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
METHOD = ROOT / "Documentation" / "method.md"
HELP = ROOT / "Tests" / "EndToEndTests" / "Fixtures" / "help"
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


def options_of_commands():
    """By subcommand, what its recorded help names; rare options are in the sources alone."""
    rare = set()
    for source in files("Sources/signet/*.swift"):
        text = source.read_text(encoding="utf-8")
        rare |= {"--" + re.sub(r"[A-Z]", lambda upper: "-" + upper[0].lower(), name)
                 for name in re.findall(r"\bvar (\w+)", text)}
        rare |= {"--" + name for name in re.findall(r'customLong\("([\w-]+)"', text)}
    return {help.stem: rare | set(re.findall(r"--[a-z][\w-]*", help.read_text(encoding="utf-8")))
            for help in HELP.glob("*.txt")}


def commands(page):
    """(line number, words) of the calls of signet in a page's blocks of code."""
    fence = False
    call, start = "", 0
    for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
        if FENCE.match(line):
            fence = not fence
            continue
        if not fence:
            continue
        line = line.split(" #")[0].strip()
        if not call:
            start = number
        call += " " + line.rstrip("\\")
        if line.endswith("\\"):
            continue
        words, call = call.split(), ""
        if len(words) > 1 and words[0] == "signet":
            yield start, words


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

    known = options_of_commands()
    calls = 0
    for page in files("README.md", "CONTRIBUTING.md", "Documentation/*.md"):
        for number, words in commands(page):
            calls += 1
            if words[1] not in known:
                faults.append(f"{page.relative_to(ROOT)}:{number}: no command {words[1]}")
                continue
            # compare hands what follows a bare -- to finetune.
            allowed = known[words[1]] | (known["finetune"] if "--" in words else set())
            faults += [f"{page.relative_to(ROOT)}:{number}: {words[1]} has no {word}"
                       for word in words if re.match(r"--[a-z]", word) and word not in allowed]

    for reason in faults:
        print(reason, file=sys.stderr)
    print(f"{checked} links, {references} references to {len(numbers)} equations and {calls} "
          f"commands checked, {len(faults)} broken")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
