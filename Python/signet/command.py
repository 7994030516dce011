"""The command `signet`, which trains, binarizes and exports: found on PATH or by SIGNET_COMMAND."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
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
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        # One JSON object, written at the end: it cannot fill the pipe before the last line here.
        for line in process.stderr:
            if progress:
                progress(line.rstrip("\n"))
        text = process.stdout.read()
    if process.returncode != 0:
        raise CommandError(text.strip(), process.returncode)
    return json.loads(text)
