"""Runs whole trained networks through Signet's importer and both engines, and compares every output
with onnxruntime's.

    .deps/python/bin/python Tests/Conformance/real_networks.py FOLDER

FOLDER holds `NAME.onnx` and `NAME.npz`, whose arrays are named like the network's inputs, batch
first; an `index.json` beside them, a list of objects with "name" and "group", says what each is for.
One whose group is "refuse" must be refused, with the node and the reason. A line per network gives the largest difference of the executor, of the exact runtime and of the
network exported and imported again, as a share of the largest number of the output (1e-4 is allowed), and the root mean square difference of the
runtime as it is, as a share of the output's (0.5 % is allowed); of several outputs the worst. A
network that asks for --input-shape gets the input's, which the line says.
"""

import argparse
import json
import pathlib
import shutil
import subprocess

import numpy

import common

LARGEST, ROOT_MEAN_SQUARE = 1e-4, 5e-3


def reference(path, inputs):
    """What onnxruntime gives: outputs by name, in the file's order."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    wanted = {value.name for value in session.get_inputs()}
    return dict(zip(names, session.run(names, {
        name: array for name, array in inputs.items() if name in wanted})))


def write_case(folder, path, inputs):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(path, folder / "model.onnx")
    listed = []
    for index, (name, array) in enumerate(inputs.items()):
        file = f"input_{index}.f32"
        numpy.ascontiguousarray(array, dtype="<f4").tofile(folder / file)
        listed.append({"name": name, "extents": list(array.shape), "file": file})
    (folder / "inputs.json").write_text(json.dumps(listed))


def outputs(folder, engine):
    """Outputs by name, or the text that says why there are none."""
    for name in ("import.txt", f"{engine}.txt"):
        if (folder / name).exists():
            return None, (folder / name).read_text()
    listed = folder / f"{engine}.json"
    if not listed.exists():
        return None, "no result"
    return {
        entry["name"]: numpy.fromfile(folder / entry["file"], dtype="<f4").reshape(entry["extents"])
        for entry in json.loads(listed.read_text())
    }, None


def difference(expected, found, engine):
    """As a share of the output, or the text that says why there is none."""
    if found.size != expected.size:
        return None, f"{found.shape} instead of {expected.shape}"
    expected = expected.astype("float64").ravel()
    found = found.astype("float64").ravel()
    if not numpy.isfinite(found).all():
        return None, "numbers that are not finite"
    if engine == "runtime":
        scale = numpy.sqrt(numpy.mean(expected ** 2)) or 1
        return numpy.sqrt(numpy.mean((expected - found) ** 2)) / scale, None
    return numpy.abs(expected - found).max() / (numpy.abs(expected).max() or 1), None


def compare(expected, folder):
    """Differences by engine, or the first thing that is wrong."""
    worst = {}
    for engine, allowed in (("executor", LARGEST), ("exact", LARGEST),
                            ("exported", LARGEST), ("runtime", ROOT_MEAN_SQUARE)):
        found, reason = outputs(folder, engine)
        if reason:
            return worst, reason.strip().splitlines()[0]
        worst[engine] = 0
        for name, array in expected.items():
            if name not in found:
                return worst, f"{engine}: no output '{name}'"
            value, reason = difference(numpy.asarray(array), found[name], engine)
            if reason:
                return worst, f"{engine}: {name}: {reason}"
            worst[engine] = max(worst[engine], value)
        if not worst[engine] <= allowed:
            return worst, f"{engine}: {worst[engine]:.1e} is more than {allowed:g}"
    return worst, None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    common.add_options(parser)
    arguments = parser.parse_args()
    executable = common.runner(arguments)
    index = arguments.folder / "index.json"
    entries = json.loads(index.read_text()) if index.exists() else [
        {"name": path.stem, "group": ""} for path in sorted(arguments.folder.glob("*.onnx"))]
    entries = [entry for entry in entries if arguments.only in entry["name"]]
    work = pathlib.Path(arguments.work) / "real"
    held = 0
    for entry in entries:
        name = entry["name"]
        path = arguments.folder / f"{name}.onnx"
        data = arguments.folder / f"{name}.npz"
        line = f"{name:32} {entry.get('group', ''):22}"
        folder = work / name
        inputs = dict(numpy.load(data)) if data.exists() else {}
        write_case(folder, path, inputs)
        process = subprocess.run(
            [executable, "--named", str(folder)], stderr=subprocess.PIPE, text=True)
        if process.returncode != 0:
            print(f"{line} crashed with {process.returncode}: {process.stderr[-200:]}")
            continue
        if not inputs:
            reason = (folder / "import.txt").read_text().splitlines()[0] if (
                folder / "import.txt").exists() else "no input to run it on"
            print(f"{line} {reason}")
            continue
        refusal = folder / "import.txt"
        if entry.get("group") == "refuse":
            reason = refusal.read_text().strip().splitlines()[0] if refusal.exists() else ""
            held += "cannot be taken" in reason
            print(f"{line} {reason}  holds" if "cannot be taken" in reason else
                  f"{line} taken, or refused without a word: '{reason}'", flush=True)
            continue
        worst, reason = compare(reference(path, inputs), folder)
        numbers = "  ".join(f"{engine} {value:.1e}" for engine, value in worst.items())
        held += reason is None
        if (folder / "sized.txt").exists():
            numbers += "  (with its sizes given)"
        print(f"{line} {numbers}  {reason or 'holds'}", flush=True)
    print(f"{held} of {len(entries)} hold")


if __name__ == "__main__":
    main()
