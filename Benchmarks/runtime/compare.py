"""Times Signet and its peers on the same networks in alternating rounds.

    compare.py SIGNET_ENGINE NETWORKS_FOLDER OUTPUT.json [--cases NAME...] [--rounds N] [--peers ...]

Every engine has a process of its own, pinned to the same cores; one works at a time. A ratio is
taken within a round, so that a slow moment of the machine slows both sides of it, and the median
over the rounds is printed with the quartiles beside it.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

# network, threads, batch, limit ÷ onnxruntime float32, limit ÷ OpenVINO int8
CASES = [
    ("resnet18", 1, 1, 0.17, 0.60),
    ("resnet18", 2, 1, 0.18, 0.65),
    ("resnet18", 1, 8, 0.18, 0.72),
    ("vgg-small", 1, 1, 0.105, 0.40),
    ("alexnet", 1, 1, 0.12, 0.50),
    ("resnet20", 1, 1, 0.42, 0.70),
]
INPUTS = {"resnet18": 3 * 224 * 224, "alexnet": 3 * 224 * 224, "vgg-small": 3 * 32 * 32,
          "resnet20": 3 * 32 * 32}
PEERS = ["onnxruntime", "onnxruntime-int8", "openvino", "openvino-int8", "ncnn", "torch"]
# What one turn of one engine may take, in milliseconds.
TURN = 150


class Engine:
    def __init__(self, name, command, environment, cores):
        self.name = name
        self.process = subprocess.Popen(
            ["taskset", "-c", cores] + command, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.facts = self.answer()

    def answer(self):
        # Libraries may greet on standard output.
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        self.process.wait()
        reason = self.process.stderr.read().strip().splitlines()[-1:] or ["no message"]
        raise RuntimeError(f"exit {self.process.returncode}: {reason[0]}")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def times(self, count, clock="milliseconds"):
        return self.ask(f"run {count}")[clock]

    def resident(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        kibibytes = {line.split(":")[0]: line.split()[1] for line in text.splitlines() if "kB" in line}
        return {key: int(kibibytes[key]) / 1024 for key in ["VmRSS", "VmHWM"]}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def environment(python):
    """Some hypervisors show matrix tiles without their sizes; oneDNN then dies of an illegal
    instruction. It gets all the processor has but the tiles."""
    probe = ("import torch\nwith torch.autocast('cpu', dtype=torch.bfloat16): "
             "torch.nn.Linear(64, 10)(torch.ones(128, 64))")
    died = subprocess.run([python, "-c", probe], capture_output=True).returncode < 0
    extra = {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_FP16"} if died else {}
    return dict(os.environ, **extra), bool(extra)


def pythons():
    """Interpreters by module, since PyTorch may live in an environment of its own."""
    deps = pathlib.Path(sys.executable).parents[2]
    candidates = [sys.executable, str(deps / "python/bin/python")]
    for candidate in candidates:
        if subprocess.run([candidate, "-c", "import torch, onnx"], capture_output=True).returncode == 0:
            return {"torch": candidate}
    return {}


def start(case, arguments, signets, peers, env, torch):
    network, threads, batch = case[:3]
    cores = ",".join(arguments.cores.split(",")[:threads])
    model = arguments.folder / f"{network}.onnx"
    source = arguments.folder / f"{network}.input"
    tail = [str(source), str(threads), str(batch)]
    engines, skipped = [], {}
    for name, own in signets:
        engines.append(Engine(
            name,
            [arguments.signet, str(model.with_suffix(".signet")), *tail, own.get("mode", "default")],
            dict(os.environ, **own.get("environment", {})), cores))
    peer = str(pathlib.Path(__file__).with_name("peer.py"))
    for name in peers:
        python = torch.get("torch") if name == "torch" else sys.executable
        try:
            if not python:
                raise RuntimeError("not installed")
            engine = Engine(name, [python, peer, name, str(model), *tail], env, cores)
            engine.times(3)
            engines.append(engine)
        except RuntimeError as error:
            skipped[name] = str(error)
    return engines, skipped


def agreement(scores, reference):
    difference = sum((a - b) ** 2 for a, b in zip(scores, reference))
    return (difference / sum(b * b for b in reference)) ** 0.5


def quartiles(values):
    return statistics.quantiles(values, n=4) if len(values) > 1 else values * 3


def measure(case, arguments, signets, peers, env, torch):
    network, threads, batch = case[:3]
    engines, skipped = start(case, arguments, signets, peers, env, torch)
    # Time the processor worked, which is what one thread takes where nothing else runs.
    clock = "busyMilliseconds" if arguments.busy and threads == 1 else "milliseconds"
    counts = {}
    for engine in engines:
        engine.times(3)
        counts[engine.name] = max(1, min(200, int(TURN / statistics.median(engine.times(3)))))
    scores = {engine.name: engine.ask("scores")["scores"] for engine in engines}
    rounds = []
    for turn in range(arguments.rounds):
        order = engines if turn % 2 == 0 else engines[::-1]
        times = {}
        for engine in order:
            # Threads of the engine before may still spin.
            if threads > 1:
                time.sleep(0.05)
            times[engine.name] = statistics.median(engine.times(counts[engine.name], clock))
        rounds.append(times)
    rows = {}
    for engine in engines:
        name = engine.name
        row = {"milliseconds": statistics.median(r[name] for r in rounds),
               "loadMilliseconds": engine.facts["load"], **engine.resident()}
        if "onnxruntime" in scores:
            row["scoreError"] = agreement(scores[name], scores["onnxruntime"])
        for peer in rounds[0]:
            row[f"/{peer}"] = quartiles([r[name] / r[peer] for r in rounds])
        row["kernels"] = engine.facts.get("kernels", [])
        rows[name] = row
    layers = {}
    if arguments.layers:
        layers = {e.name: e.ask("layers")["layers"] for e in engines}
    for engine in engines:
        engine.close()
    return {"network": network, "threads": threads, "batch": batch, "clock": clock, "engines": rows,
            "skipped": skipped, "rounds": rounds, "layers": layers}


def show(case, report):
    print(f"\n{report['network']}, {report['threads']} thread(s), batch {report['batch']}")
    print(f"  {'engine':18} {'ms':>8} {'÷ onnxruntime':>24} {'÷ OpenVINO int8':>24} "
          f"{'RSS MiB':>8} {'load ms':>8} {'error':>8}")

    def ratio(row, peer):
        if f"/{peer}" not in row:
            return "-"
        low, middle, high = row[f"/{peer}"]
        return f"{middle:.3f} ({low:.3f}-{high:.3f})"

    for name, row in report["engines"].items():
        error = f"{row['scoreError']:.1e}" if "scoreError" in row else "-"
        print(f"  {name:18} {row['milliseconds']:8.3f} {ratio(row, 'onnxruntime'):>24} "
              f"{ratio(row, 'openvino-int8'):>24} {row['VmRSS']:8.1f} "
              f"{row['loadMilliseconds']:8.1f} {error:>8}")
    for name, reason in report["skipped"].items():
        print(f"  {name:18} skipped: {reason}")
    signet = report["engines"].get("signet", {})
    for peer, limit in zip(["onnxruntime", "openvino-int8"], case[3:]):
        if f"/{peer}" in signet:
            middle = signet[f"/{peer}"][1]
            report.setdefault("limits", {})[peer] = {"limit": limit, "measured": middle}
            print(f"  {'held' if middle <= limit else 'MISSED'}: signet ÷ {peer} "
                  f"{middle:.3f}, limit {limit}")
    for name, layers in report["layers"].items():
        print(f"  layers of {name}:")
        for layer in layers:
            rate = layer.get("multiplyAdds", 0) / max(layer["microseconds"], 1e-3) / 1e3
            print(f"    {layer['microseconds']:9.1f} µs {rate:8.1f} GMAC/s  "
                  f"{layer['kernel']:28} {layer['name'][:60]} {layer.get('shape', '')}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("signet")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--cases", nargs="*", help="network/threads/batch; all unless given")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--peers", nargs="*", default=PEERS)
    parser.add_argument("--sets", nargs="*", default=[], help="kernel sets measured besides")
    parser.add_argument("--exact", action="store_true", help="also measure exact arithmetic")
    parser.add_argument("--busy", action="store_true",
                        help="at one thread, measure processor time: for machines that are shared")
    parser.add_argument("--layers", action="store_true")
    parser.add_argument("--cores", default="0,1")
    arguments = parser.parse_args()

    import numpy
    for network, count in INPUTS.items():
        source = arguments.folder / f"{network}.input"
        numpy.random.default_rng(3).standard_normal(count, dtype=numpy.float32).tofile(source)

    torch = pythons()
    env, hidden = environment(torch["torch"]) if torch else (dict(os.environ), False)
    if hidden:
        print("oneDNN's use of matrix tiles is switched off: this machine hides their sizes.")
    signets = [("signet", {})]
    if arguments.exact:
        signets.append(("signet-exact", {"mode": "exact"}))
    signets += [(f"signet-{name}", {"environment": {"SIGNET_KERNELS": name}})
                for name in arguments.sets]
    files = {network: {kind: (arguments.folder / f"{network}.{kind}").stat().st_size
                       for kind in ["signet", "onnx"]} for network in INPUTS}
    print("file sizes, MB:", {n: {k: round(v / 1e6, 2) for k, v in f.items()}
                              for n, f in files.items()})
    reports = []
    for case in CASES:
        if arguments.cases and "/".join(map(str, case[:3])) not in arguments.cases:
            continue
        report = measure(case, arguments, signets, arguments.peers, env, torch)
        show(case, report)
        reports.append(report)
        arguments.output.write_text(json.dumps(
            {"fileBytes": files, "tilesHiddenFromOneDNN": hidden, "cases": reports},
            indent=2) + "\n")
    held = all(entry["measured"] <= entry["limit"] for report in reports
               for entry in report.get("limits", {}).values())
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
