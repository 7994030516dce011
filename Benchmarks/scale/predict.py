"""Measures exchanges and steps of processes on this machine, fits the model of Documentation/scale.md to
the exchanges and to one process's step, and says what it foretells of 2 and 4 beside what they take.

    predict.py SCALE_BENCHMARK ROUNDS BATCH STEPS
    predict.py --table          the tables of scale.md, from the figures in them
"""

import json
import os
import socket
import statistics
import subprocess
import sys

BUCKET = 4 << 20


def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def processes(count, command):
    """What the first of `count` processes prints."""
    here = dict(os.environ, MASTER_ADDR="127.0.0.1", MASTER_PORT=port(), OMP_NUM_THREADS="1")
    if count == 1:
        return json.loads(subprocess.run(command, check=True, capture_output=True, env=here).stdout)
    running = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE if rank == 0 else subprocess.DEVNULL,
            env=dict(here, RANK=str(rank), WORLD_SIZE=str(count), LOCAL_RANK=str(rank),
                     LOCAL_WORLD_SIZE=str(count)))
        for rank in range(count)]
    output = running[0].communicate()[0]
    for process in running:
        if process.wait() != 0:
            sys.exit(f"{' '.join(command)}: a process of {count} ended with {process.returncode}")
    return json.loads(output)


def link(count, seconds):
    """Latency of a hop and bytes a second of a link, as a ring of `count` shows them."""
    small, large = min(seconds, key=int), max(seconds, key=int)
    latency = seconds[small] / (2 * (count - 1))
    share = 2 * (count - 1) / count
    return latency, share * int(large) / max(seconds[large] - seconds[small], 1e-9)


def exchange(count, size, latency, bandwidth, bucket=BUCKET):
    """Seconds to sum `size` bytes over `count` processes in buckets, and of the last bucket alone."""
    if count == 1:
        return 0.0, 0.0
    def ring(part):
        return 2 * (count - 1) * latency + 2 * (count - 1) / count * part / bandwidth
    whole, rest = divmod(size, bucket)
    total = whole * ring(bucket) + (ring(rest) if rest else 0)
    return total, ring(min(size, bucket))


def step(images, per_image, fixed, size, count, latency, bandwidth, cores=None, small=None):
    """Seconds of a step with `images` in all. Two thirds of the work are the backward pass, under which
    all buckets but the last are exchanged; processes beyond the cores wait for one another. `small` is
    what the sum of losses and statistics takes, where it was measured."""
    share = 1 if cores is None else max(1.0, count / cores)
    work = (images / count * per_image + fixed) * share
    total, last = exchange(count, size, latency, bandwidth)
    hidden = min(total - last, 2 / 3 * work)
    first = small if small is not None else 2 * (count - 1) * latency
    return work + first + total - hidden


def measure(binary, rounds, batch, steps):
    links, small = {}, {1: 0.0}
    for count in (2, 4):
        seconds = processes(count, [binary, "exchange", rounds])
        links[count] = link(count, seconds)
        small[count] = seconds["4096"]
        print(f"sums over {count} processes: " + ", ".join(
            f"{int(size):,} bytes {1e3 * value:.2f} ms"
            for size, value in sorted(seconds.items(), key=lambda item: int(item[0]))))
        print(f"  a hop takes {1e6 * links[count][0]:.0f} µs, a link carries "
              f"{links[count][1] / 1e9:.2f} GB/s")
    taken = {"half": [], 1: [], 2: [], 4: []}
    for _ in range(3):
        for key, times in taken.items():
            images, count = (batch // 2, 1) if key == "half" else (batch, key)
            times.append(processes(count, [binary, "step", str(images), steps])["step"])
    found = {key: statistics.median(times) for key, times in taken.items()}
    half = found["half"]
    per_image = (found[1] - half) / (batch - batch // 2)
    fixed = max(0.0, found[1] - per_image * batch)
    size = 4 * 272_474
    print(f"one process: {1e3 * per_image:.3f} ms an image and {1e3 * fixed:.1f} ms a step")
    print("| processes | foretold, ms | measured, ms | times as fast as one |\n|---|---|---|---|")
    cores = os.cpu_count()
    for count in (1, 2, 4):
        latency, bandwidth = links.get(count, (0, 1))
        told = step(batch, per_image, fixed, size, count, latency, bandwidth, cores, small[count])
        print(f"| {count} | {1e3 * told:.1f} | {1e3 * found[count]:.1f} | "
              f"{found[1] / found[count]:.2f} |")


# Parameters in float32, images a second that one GPU trains (assumed, not measured here), and images
# that a core decodes and cuts a second (measured, Documentation/training.md).
NETWORKS = {"ResNet-18": (4 * 11_689_512, 2500), "ResNet-50": (4 * 25_557_032, 1200)}
DECODED = 720
LINKS = {"10 GbE": (50e-6, 1.1e9), "100 GbE": (20e-6, 11e9)}


def table():
    print("| network | GPUs | images a step | sent by each, MB | step on 10 GbE, ms | efficiency | "
          "step on 100 GbE, ms | efficiency | cores to decode, in all |\n|" + "---|" * 9)
    for name, (size, rate) in NETWORKS.items():
        for count in (1, 2, 4, 8, 16, 32, 64, 128, 256):
            images = 32 * count
            sent = 2 * (count - 1) / count * size / 1e6
            alone = step(32, 1 / rate, 0, size, 1, 0, 1)
            cells = []
            for latency, bandwidth in LINKS.values():
                taken = step(images, 1 / rate, 0, size, count, latency, bandwidth)
                cells += [f"{1e3 * taken:.1f}", f"{100 * alone / taken:.0f} %"]
            print(f"| {name} | {count} | {images:,} | {sent:.0f} | " + " | ".join(cells)
                  + f" | {-(-rate * count // DECODED):,} |")


if sys.argv[1:] == ["--table"]:
    table()
else:
    binary, rounds, batch, steps = sys.argv[1:]
    measure(binary, rounds, int(batch), steps)
