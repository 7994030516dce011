"""What the conformance scripts share: running models on Signet and comparing numbers."""

import os
import pathlib
import shutil
import subprocess

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENGINES = ("executor", "runtime")


def runner(arguments):
    """The built conformance-runner."""
    if arguments.runner:
        return arguments.runner
    for configuration in ("release", "debug"):
        path = ROOT / ".build" / configuration / "conformance-runner"
        if path.exists():
            return str(path)
    raise SystemExit("build it first: swift build --product conformance-runner")


def add_options(parser):
    parser.add_argument("--runner", help="the conformance-runner to use")
    parser.add_argument("--work", default=str(ROOT / ".build" / "conformance"),
                        help="folder for models and numbers")
    parser.add_argument("--only", default="", help="run cases whose name contains this")


def write_case(folder, model_bytes, images):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model_bytes)
    numpy.ascontiguousarray(images, dtype="<f4").tofile(folder / "input.f32")
    return str(folder)


def run(executable, folders):
    """Runs the models in all folders; a crash takes down only the folder that made it."""
    pending = list(folders)
    while pending:
        process = subprocess.run([executable] + pending, stderr=subprocess.PIPE, text=True)
        if process.returncode == 0:
            return
        finished = [folder for folder in pending if is_finished(folder)]
        crashed = pending[len(finished)]
        note = f"crashed with {process.returncode}: {process.stderr[-300:]}"
        (pathlib.Path(crashed) / "import.txt").write_text(note)
        pending = pending[len(finished) + 1:]


def is_finished(folder):
    names = set(os.listdir(folder))
    return "import.txt" in names or bool({"runtime.f32", "runtime.txt"} & names)


def result(folder, engine):
    """The scores, or the text that says why there are none."""
    folder = pathlib.Path(folder)
    for name in ("import.txt", f"{engine}.txt"):
        if (folder / name).exists():
            return None, (folder / name).read_text()
    return numpy.fromfile(folder / f"{engine}.f32", dtype="<f4"), None
