"""Runs Signet and PyTorch in turn and prints the medians and the ratio, as text and as JSON.

    compare.py SIGNET_BINARY ROUNDS STEPS THREADS OUTPUT.json
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

# What the ratio may not fall below; checked into the repository as a ratio, since speeds are the
# machine's.
LIMIT = 0.95


def environment():
    """Some hypervisors show matrix tiles without their size, and PyTorch's own bfloat16 linear
    layer then dies of an illegal instruction. Signet avoids the tiles by itself; here PyTorch gets
    the same help."""
    probe = ("import torch\nwith torch.autocast('cpu', dtype=torch.bfloat16): "
             "torch.nn.Linear(64, 10)(torch.ones(128, 64))")
    died = subprocess.run([sys.executable, "-c", probe], capture_output=True).returncode != 0
    return dict(os.environ, ONEDNN_MAX_CPU_ISA="AVX512_CORE_FP16") if died else dict(os.environ)


def run(command, env):
    result = subprocess.run(command, env=env, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{result.stderr}")
    return json.loads(result.stdout)


def main():
    signet, rounds, steps, threads, output = sys.argv[1:]
    peer = [sys.executable, str(pathlib.Path(__file__).with_name("peer.py"))]
    env = environment()
    rows = {}
    default = None
    for precision in ["float32", "bfloat16"]:
        measured = {"Signet": [], "PyTorch": [], "ratio": []}
        commands = [("Signet", [signet]), ("PyTorch", peer)]
        for turn in range(int(rounds)):
            for name, command in commands if turn % 2 == 0 else commands[::-1]:
                result = run(command + [steps, threads, precision], env)
                measured[name].append(result["imagesPerSecond"])
                default = result.get("defaultPrecision", default)
            measured["ratio"].append(measured["Signet"][-1] / measured["PyTorch"][-1])
        row = {name: statistics.median(values) for name, values in measured.items()}
        rows[precision] = {**row, "rounds": measured}
        print(f"ResNet-20, batch 128, {precision}, {threads} threads: "
              f"Signet {row['Signet']:.0f} images/s, PyTorch {row['PyTorch']:.0f}, "
              f"ratio {row['ratio']:.3f}", flush=True)
    fastest = max(row["Signet"] for row in rows.values())
    share = rows[default]["Signet"] / fastest
    print(f"the default here is {default}: {share:.2f} of the faster precision's speed")
    report = {"limit": LIMIT, "default": default, "defaultShare": share, "rows": rows}
    pathlib.Path(output).write_text(json.dumps(report, indent=2) + "\n")
    passed = all(row["ratio"] >= LIMIT for row in rows.values()) and share >= LIMIT
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
