"""Runs Signet and PyTorch in turn and prints the medians and the ratio, as text and as JSON.

    compare.py SIGNET_BINARY ROUNDS STEPS THREADS OUTPUT.json
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

# What the ratios to PyTorch's fastest setting may not fall below; ratios, since speeds are the
# machine's.
LIMITS = {"float": 0.95, "finetune": 1}

# What the default precision may not fall below, of the faster one.
DEFAULT_LIMIT = 0.95


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


def compiles(env):
    """Whether torch.compile finds a C++ compiler and makes a step."""
    return subprocess.run(peer("5", "1", "float32", "float", "compile"), env=env,
                          capture_output=True).returncode == 0


def peer(*arguments):
    return [sys.executable, str(pathlib.Path(__file__).with_name("peer.py")), *arguments]


def alternate(commands, rounds, env):
    """images/s of every command, a list per name."""
    speeds = {name: [] for name in commands}
    default = None
    for turn in range(rounds):
        names = list(commands)
        for name in names if turn % 2 == 0 else names[::-1]:
            result = run(commands[name], env)
            speeds[name].append(result["imagesPerSecond"])
            default = result.get("defaultPrecision", default)
    return speeds, default


def main():
    signet, rounds, steps, threads, output = sys.argv[1:]
    env = environment()
    settings = ["eager", "compile"] if compiles(env) else ["eager"]
    passed = True
    report = {"limits": LIMITS, "defaultLimit": DEFAULT_LIMIT, "modes": {}}
    for mode, limit in LIMITS.items():
        commands = {}
        for precision in ["float32", "bfloat16"]:
            arguments = [steps, threads, precision, mode]
            commands[f"Signet {precision}"] = [signet] + arguments
            for setting in settings:
                commands[f"PyTorch {precision} {setting}"] = peer(*arguments, setting)
        speeds, default = alternate(commands, int(rounds), env)
        median = {name: statistics.median(values) for name, values in speeds.items()}
        print(f"ResNet-20, {mode}, batch 128, {threads} threads, images/s:")
        for name, value in median.items():
            print(f"  {name}: {value:.0f}")

        def ratio(a, b):
            return statistics.median(x / y for x, y in zip(speeds[a], speeds[b]))

        ours = f"Signet {default}"
        fastest = {side: max((n for n in median if n.startswith(side)), key=median.get)
                   for side in ["Signet", "PyTorch"]}
        ratios = {
            "of PyTorch's fastest": ratio(ours, fastest["PyTorch"]),
            "of the faster precision": ratio(ours, fastest["Signet"]),
        }
        for precision in ["float32", "bfloat16"]:
            ratios[f"of PyTorch, eager, both {precision}"] = ratio(
                f"Signet {precision}", f"PyTorch {precision} eager")
        print(f"  the default, {default}:")
        for name, value in ratios.items():
            print(f"    {value:.3f} {name}", flush=True)
        passed = (passed and ratios["of PyTorch's fastest"] >= limit
                  and ratios["of the faster precision"] >= DEFAULT_LIMIT)
        report["modes"][mode] = {
            "default": default, "median": median, "ratios": ratios, "rounds": speeds}
    pathlib.Path(output).write_text(json.dumps(report, indent=2) + "\n")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
