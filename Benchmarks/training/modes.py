"""What fine-tuning costs beside float training, and what loading real images costs.

    modes.py SIGNET_BINARY ROUNDS STEPS THREADS PRECISION [KIND:PATH]

Modes take turns, so that a machine that is busy for a while slows all of them. Fails if fine-tuning
(no teacher) falls below LIMIT of float training, or real data below LIMIT of ready-made images.
"""

import json
import statistics
import subprocess
import sys

LIMIT = 0.9


def main():
    binary, rounds, steps, threads, precision, *data = sys.argv[1:]
    modes = {"float": ["float", "noise"], "finetune": ["finetune", "noise"],
             "ready images": ["float", "ready"]}
    if data:
        modes["real images"] = ["float", data[0]]
    speeds = {name: [] for name in modes}
    for turn in range(int(rounds)):
        names = list(modes)
        for name in names if turn % 2 == 0 else names[::-1]:
            command = [binary, steps, threads, precision] + modes[name]
            result = subprocess.run(command, capture_output=True, text=True)
            if result.returncode:
                sys.exit(f"{' '.join(command)} failed:\n{result.stderr}")
            speeds[name].append(json.loads(result.stdout)["imagesPerSecond"])
    median = {name: statistics.median(values) for name, values in speeds.items()}
    for name, value in median.items():
        spread = max(speeds[name]) / min(speeds[name])
        print(f"{name}: {value:.0f} images/s (largest by smallest {spread:.2f})")

    def ratio(a, b):
        return statistics.median(x / y for x, y in zip(speeds[a], speeds[b]))

    ratios = {"fine-tuning by float training": ratio("finetune", "float")}
    if data:
        ratios["real by ready images"] = ratio("real images", "ready images")
    for name, value in ratios.items():
        print(f"{name}: {value:.3f} (at least {LIMIT})")
    sys.exit(0 if all(value >= LIMIT for value in ratios.values()) else 1)


if __name__ == "__main__":
    main()
