#!/usr/bin/env python3
"""BRECQ (Li et al., ICLR 2021) for the convolutions of a classifier: weights only.

    brecq.py NETWORK.onnx OUT.onnx --bits 2 --data FOLDER --resize 256 --crop 224 …

Block after block, the rounding of each weight up or down is learned so that the block's output is that of
the float network, from inputs of the blocks already rounded (AdaRound's soft rounding, Nagel et al., ICML
2020; mean squared error, as in BRECQ's code). A block ends where a single value is alive. The published
number of iterations is 20,000. The first layer, the last one and depthwise ones stay in float. The result is
an ONNX file of float weights on the grid.
"""

import argparse

import torch

import images
from grid import Grid
from network import Network

# AdaRound's stretched sigmoid, and BRECQ's weights and schedule.
GAMMA, ZETA = -0.1, 1.1
ROUNDING_WEIGHT = 0.01
WARM_UP = 0.2
SHARPNESS = (20.0, 2.0)


class SoftRounding:
    def __init__(self, weight, bits):
        self.shape = weight.shape
        self.grid = Grid(weight.flatten(1), bits)
        scaled = weight.flatten(1) / self.grid.scale[:, None]
        self.floor = torch.floor(scaled)
        share = (scaled - self.floor).clamp(1e-4, 1 - 1e-4)
        self.latent = torch.log((share - GAMMA) / (ZETA - share)).requires_grad_()

    def up(self):
        return torch.clamp(torch.sigmoid(self.latent) * (ZETA - GAMMA) + GAMMA, 0, 1)

    def weight(self, is_hard=False):
        up = (self.latent >= 0).float() if is_hard else self.up()
        grid = self.grid
        integers = torch.clamp(self.floor + up + grid.zero[:, None], 0, grid.levels)
        return (grid.scale[:, None] * (integers - grid.zero[:, None])).reshape(self.shape)

    def undecided(self, sharpness):
        return (1 - (2 * self.up() - 1).abs().pow(sharpness)).sum()


def blocks(network):
    """Runs of nodes with one value alive between them, each with a layer that loses bits if any has."""
    last, chosen = network.last_uses(), {id(node) for node in network.quantized}
    parts, start = [], 0
    for place in range(len(network.nodes)):
        alive = [
            name for node in network.nodes[:place + 1] for name in node.output
            if last.get(name, place) > place]
        has_layer = any(id(node) in chosen for node in network.nodes[start:place + 1])
        ends_layer = network.nodes[place].op_type not in ("Conv", "Gemm") or place + 1 == len(
            network.nodes) or network.nodes[place + 1].op_type in ("Conv", "Gemm")
        if len(alive) == 1 and has_layer and ends_layer:
            parts.append(network.nodes[start:place + 1])
            start = place + 1
    return parts + ([network.nodes[start:]] if start < len(network.nodes) else [])


def run(network, nodes, name, inputs, weights=None):
    with torch.no_grad():
        return torch.cat([
            network.run_nodes(nodes, {name: part}, weights)[nodes[-1].output[0]]
            for part in inputs.split(32)])


def learn(network, nodes, name, inputs, targets, options):
    """The block's weights on the grid."""
    chosen = {id(node) for node in network.quantized}
    rounding = {
        node.input[1]: SoftRounding(network.weights[node.input[1]], options.bits)
        for node in nodes if id(node) in chosen}
    if not rounding:
        return {}
    optimizer = torch.optim.Adam([one.latent for one in rounding.values()], lr=1e-3)
    generator = torch.Generator().manual_seed(0)
    for iteration in range(options.iterations):
        batch = torch.randperm(len(inputs), generator=generator)[:options.batch]
        weights = {key: one.weight() for key, one in rounding.items()}
        output = network.run_nodes(nodes, {name: inputs[batch]}, weights)[nodes[-1].output[0]]
        loss = (output - targets[batch]).pow(2).sum(1).mean()
        progress = (iteration / options.iterations - WARM_UP) / (1 - WARM_UP)
        if progress > 0:
            sharpness = SHARPNESS[0] + (SHARPNESS[1] - SHARPNESS[0]) * progress
            loss = loss + ROUNDING_WEIGHT * sum(
                one.undecided(sharpness) for one in rounding.values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {key: one.weight(is_hard=True).detach() for key, one in rounding.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    images.add_calibration(parser)
    parser.add_argument("--iterations", type=int, default=20_000, help="of each block")
    parser.add_argument("--batch", type=int, default=32)
    options = parser.parse_args()
    network = Network(options.network)
    files = images.files(options.data)[:options.images]
    exact = rounded = images.load(files, options)
    name = network.input
    for place, nodes in enumerate(blocks(network)):
        targets = run(network, nodes, name, exact)
        weights = learn(network, nodes, name, rounded, targets, options)
        rounded = run(network, nodes, name, rounded, weights)
        exact = targets
        network.weights.update(weights)
        name = nodes[-1].output[0]
        error = ((rounded - exact).pow(2).sum() / exact.pow(2).sum()).item()
        print(f"block {place + 1}: {len(weights)} layers, error {error:.4f}", flush=True)
    network.write(options.output)


if __name__ == "__main__":
    main()
