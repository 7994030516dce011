"""The command `signet`, which trains, binarizes and exports: found on PATH or by SIGNET_COMMAND."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from typing import Any, Callable


class CommandError(Exception):
    """What the command said on its way out, and its exit code."""

    def __init__(self, text: str, code: int):
        super().__init__(text)
        self.code = code


def binarize(model: str | os.PathLike[str], data: str, output: str | os.PathLike[str], *,
             progress: Callable[[str], None] | None = None, **options: Any) -> dict[str, Any]:
    """Turns a float model or ONNX file into a 1-bit one; returns what the command reports.

    data: KIND:PATH, as the command takes it. Options are the command's: codes=2 is --codes 2,
    fisher=False is --no-fisher. `progress` gets a line at a time while it works.
    """
    command = os.environ.get("SIGNET_COMMAND") or shutil.which("signet")
    if not command:
        raise CommandError("the command signet is not on PATH; SIGNET_COMMAND can name it", 127)
    words = [command, "binarize", os.fspath(model), "--data", data, "-o", os.fspath(output),
             "--json"]
    for name, value in options.items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        else:
            words += [f"--{option}", str(value)]
    # A file, as a report that fills a pipe would wait for progress to end, which waits for it.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as report:
        with subprocess.Popen(words, stdout=report, stderr=subprocess.PIPE,
                              text=True) as process:
            for line in process.stderr:
                if progress:
                    progress(line.rstrip("\n"))
        report.seek(0)
        text = report.read()
    if process.returncode != 0:
        raise CommandError(text.strip(), process.returncode)
    return json.loads(text)
