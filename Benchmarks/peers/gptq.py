#!/usr/bin/env python3
"""GPTQ (Frantar, Ashkboos, Hoefler & Alistarh, ICLR 2023) for the convolutions of a classifier.

    gptq.py NETWORK.onnx OUT.onnx --bits 2 --data FOLDER --resize 256 --crop 224 …

Layer after layer, with the inputs that the layers before give once they are rounded; columns in the
order of their curvature, ridge of a hundredth of the mean diagonal. The first layer, the last one and
depthwise ones stay in float. The result is an ONNX file of float weights on the grid.
"""

import argparse

import torch
from torch.nn import functional

import images
from grid import Grid
from network import Network

RIDGE = 0.01


def curvature(network, node, inputs):
    """S × S, of the patches of all inputs."""
    weight = network.weights[node.input[1]]
    size = weight[0].numel()
    total = torch.zeros(size, size, dtype=torch.float64)
    for part in inputs.split(16):
        if node.op_type == "Gemm":
            patches = part
        else:
            strides, pads, dilations = network.window(node)
            part = functional.pad(part, (pads[1], pads[3], pads[0], pads[2]))
            patches = functional.unfold(part, weight.shape[2:], dilations, 0, strides)
            patches = patches.transpose(1, 2).reshape(-1, size)
        total += (patches.t() @ patches).double()
    return total


def quantized(filters, hessian, bits):
    """N × S on a grid."""
    grid = Grid(filters, bits)
    size = filters.shape[1]
    hessian = hessian.clone()
    dead = hessian.diagonal() == 0
    hessian.diagonal()[dead] = 1
    order = torch.argsort(hessian.diagonal(), descending=True)
    hessian = hessian[order][:, order]
    hessian.diagonal().add_(RIDGE * hessian.diagonal().mean())
    inverse = torch.linalg.cholesky(
        torch.cholesky_inverse(torch.linalg.cholesky(hessian)), upper=True).float()
    rest = filters.clone()
    rest[:, dead] = 0
    rest = rest[:, order]
    result = torch.zeros_like(rest)
    for column in range(size):
        result[:, column] = grid.rounded(rest[:, column])
        error = (rest[:, column] - result[:, column]) / inverse[column, column]
        rest[:, column:] -= error[:, None] * inverse[column, column:]
    return result[:, torch.argsort(order)]


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    images.add_calibration(parser)
    options = parser.parse_args()
    network = Network(options.network)
    files = images.files(options.data)[:options.images]
    values = {network.input: images.load(files, options)}
    last, chosen = network.last_uses(), [id(node) for node in network.quantized]
    for place, node in enumerate(network.nodes):
        if id(node) in chosen:
            weight = network.weights[node.input[1]]
            hessian = curvature(network, node, values[node.input[0]])
            rounded = quantized(weight.flatten(1), hessian, options.bits)
            network.weights[node.input[1]] = rounded.reshape(weight.shape)
        parts = [
            network.run_node(node, {
                name: values[name][start:start + 32] for name in node.input if name in values})
            for start in range(0, len(files), 32)]
        values[node.output[0]] = torch.cat(parts)
        for name in [name for name in values if last.get(name, place + 1) <= place]:
            del values[name]
    network.write(options.output)


if __name__ == "__main__":
    main()
