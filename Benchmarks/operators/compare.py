"""Times one network in ONNX Runtime, written in different ways, in alternating rounds.

    compare.py NETWORKS_FOLDER OUTPUT.json [--network NAME] [--threads N] [--rounds N] [--core N]

The folder has NAME.signet, with codes, and NAME.onnx, the same weights as floats. Ratios are taken
within a round, so that a slow moment of the machine slows both sides, and the median is printed.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks/runtime"))

import numpy
import onnxruntime

import peer

# What an export is called here: its options.
EXPORTS = {
    "signet": ["--operators", "signet"],
    "signet-layers": ["--operators", "signet-layers"],
    "bits": ["--encoding", "bits"],
    "int2": ["--encoding", "int2"],
    "int4": ["--encoding", "int4"],
    "int8": ["--encoding", "int8"],
}
# Of the session of --operators signet, of one thread: ÷ float weights, ÷ quantize_static, bytes.
LIMITS = {"resnet18": (0.30, 0.90, 2_200_000)}
RUNS_OF_A_TURN = 5


def session(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # One session at a time works: those that wait must leave the cores to it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    options.register_custom_ops_library(
        str(ROOT / ".build/library/lib/libsignet_onnxruntime.so"))
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def files(folder, network):
    float_weights = folder / f"{network}.onnx"
    found = {"float": float_weights}
    peer.load_onnxruntime_int8(float_weights, 1, 1)
    found["quantize_static"] = float_weights.with_suffix(".int8.onnx")
    for name, options in EXPORTS.items():
        path = folder / f"{network}-{name}.onnx"
        subprocess.run([ROOT / ".build/release/signet", "export", folder / f"{network}.signet",
                        "-o", path, *options], check=True, capture_output=True)
        found[name] = path
    return found


def resident():
    """Bytes of memory that the process has."""
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory(path):
    """What a session and its first run add to a process that has nothing else."""
    code = ("import sys, compare; before = compare.resident(); each = compare.session(sys.argv[1], 1);"
            "each.run(None, compare.sample(each)); print(compare.resident() - before)")
    found = subprocess.run(
        [sys.executable, "-c", code, path], check=True, capture_output=True, text=True,
        env=dict(os.environ, PYTHONPATH=str(pathlib.Path(__file__).parent)))
    return int(found.stdout)


def sample(session):
    port = session.get_inputs()[0]
    image = numpy.random.default_rng(0).standard_normal(
        [1, *port.shape[1:]], dtype=numpy.float32)
    return {port.name: image}


def times(sessions, inputs, rounds):
    found = {name: [] for name in sessions}
    for _ in range(rounds):
        for name, each in sessions.items():
            turn = []
            for _ in range(RUNS_OF_A_TURN):
                start = time.perf_counter()
                each.run(None, inputs)
                turn.append((time.perf_counter() - start) * 1e3)
            found[name].append(statistics.median(turn))
    return found


def ratio(times, name, other):
    return statistics.median(a / b for a, b in zip(times[name], times[other]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--network", default="resnet18")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--core", type=int, default=0, help="the first core to use")
    arguments = parser.parse_args()
    cores = range(arguments.core, arguments.core + arguments.threads)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    paths = files(arguments.folder, arguments.network)
    sessions = {name: session(path, arguments.threads) for name, path in paths.items()}
    inputs = sample(sessions["float"])
    outputs = {name: each.run(None, inputs)[0] for name, each in sessions.items()}
    measured = times(sessions, inputs, arguments.rounds)
    rows = []
    for name, path in paths.items():
        # The same kept layers in 8 bits, which the float weights do not have.
        reference = outputs["float" if name in ("float", "quantize_static") else "bits"]
        rows.append({
            "name": name, "fileBytes": path.stat().st_size, "residentBytes": memory(path),
            "medianMilliseconds": statistics.median(measured[name]),
            "overFloat": ratio(measured, name, "float"),
            "overInt8": ratio(measured, name, "quantize_static"),
            "rms": float(numpy.sqrt(((outputs[name] - reference) ** 2).mean()
                                    / (reference ** 2).mean()))})
        print("{name:16} {fileBytes:>10} bytes {residentBytes:>10} in memory {medianMilliseconds:8.2f} ms  "
              "÷ float {overFloat:.3f}  ÷ int8 {overInt8:.3f}  rms {rms:.1e}".format(**rows[-1]))
    arguments.output.write_text(json.dumps(rows, indent=1))
    own = next(row for row in rows if row["name"] == "signet")
    limits = LIMITS.get(arguments.network) if arguments.threads == 1 else None
    if limits and not (own["overFloat"] <= limits[0] and own["overInt8"] <= limits[1]
                       and own["fileBytes"] <= limits[2] and own["rms"] <= 0.005):
        raise SystemExit(f"expected at most {limits}, and 0.005 rms")


if __name__ == "__main__":
    main()
