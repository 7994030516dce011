"""An ONNX classifier in PyTorch, node by node, so that its layers can be looked into and changed.

Takes the operators of plain convolutional networks; batch norms are folded into the convolutions
before them.
"""

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional


class Network:
    def __init__(self, path):
        self.model = onnx.load(path)
        self.weights = {
            one.name: torch.from_numpy(numpy_helper.to_array(one).copy())
            for one in self.model.graph.initializer}
        self.nodes = list(self.model.graph.node)
        self.attributes = {
            id(node): {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
            for node in self.nodes}
        self.input = next(
            one.name for one in self.model.graph.input if one.name not in self.weights)
        self.output = self.model.graph.output[0].name
        self.fold_batch_norms()

    def fold_batch_norms(self):
        makers = {name: node for node in self.nodes for name in node.output}
        for norm in [node for node in self.nodes if node.op_type == "BatchNormalization"]:
            layer = makers[norm.input[0]]
            weight, bias, mean, variance = (self.weights[name].double() for name in norm.input[1:5])
            epsilon = self.attributes[id(norm)].get("epsilon", 1e-5)
            factor = weight / (variance + epsilon).sqrt()
            filters = self.weights[layer.input[1]].double()
            self.weights[layer.input[1]] = (
                filters * factor.reshape(-1, *[1] * (filters.dim() - 1))).float()
            old = self.weights[layer.input[2]].double() if len(layer.input) > 2 else 0
            name = layer.input[1] + ".folded"
            self.weights[name] = (bias + (old - mean) * factor).float()
            del layer.input[2:]
            layer.input.append(name)
            layer.output[0] = norm.output[0]
            self.nodes.remove(norm)

    def groups(self, node):
        return self.attributes[id(node)].get("group", 1)

    @property
    def quantized(self):
        """The layers that lose bits: all but the first, the last and depthwise ones."""
        layers = [node for node in self.nodes if node.op_type in ("Conv", "Gemm")]
        return [node for node in layers[1:-1] if self.groups(node) == 1]

    def window(self, node):
        """Stride, padding and dilation of a convolution, as PyTorch takes them."""
        attributes = self.attributes[id(node)]
        pads = attributes.get("pads", [0, 0, 0, 0])
        return (attributes.get("strides", [1, 1]), pads, attributes.get("dilations", [1, 1]))

    def run_node(self, node, values, weight=None):
        """The node's value from others'.

        values: by name; weight: in place of the layer's own
        """
        operands = [
            values[name] if name in values else self.weights.get(name) for name in node.input]
        attributes = self.attributes[id(node)]
        kind = node.op_type
        if kind == "Conv":
            strides, pads, dilations = self.window(node)
            padded = functional.pad(operands[0], (pads[1], pads[3], pads[0], pads[2]))
            return functional.conv2d(
                padded, operands[1] if weight is None else weight,
                operands[2] if len(operands) > 2 else None, strides, 0, dilations,
                self.groups(node))
        if kind == "Gemm":
            matrix = operands[1] if weight is None else weight
            return functional.linear(
                operands[0], matrix if attributes.get("transB") else matrix.t(), operands[2])
        if kind == "Clip":
            return torch.clamp(operands[0], float(operands[1]), float(operands[2]))
        if kind == "Relu":
            return torch.relu(operands[0])
        if kind == "Add":
            return operands[0] + operands[1]
        if kind == "GlobalAveragePool":
            return operands[0].mean((2, 3), keepdim=True)
        if kind == "MaxPool":
            strides, pads, _ = self.window(node)
            return functional.max_pool2d(
                operands[0], attributes["kernel_shape"], strides, pads[:2])
        if kind == "Flatten":
            return operands[0].flatten(1)
        if kind in ("Identity", "Dropout"):
            return operands[0]
        raise ValueError(f"{kind} is no operator that is known here")

    def run_nodes(self, nodes, values, weights=None):
        """All values that the nodes make, added to those there are."""
        values = dict(values)
        for node in nodes:
            weight = (weights or {}).get(node.input[1] if len(node.input) > 1 else None)
            values[node.output[0]] = self.run_node(node, values, weight)
        return values

    def last_uses(self):
        return {name: place for place, node in enumerate(self.nodes) for name in node.input}

    def write(self, path):
        """The network with the weights it has now."""
        graph = self.model.graph
        del graph.node[:], graph.initializer[:]
        graph.node.extend(self.nodes)
        used = {name for node in self.nodes for name in node.input}
        graph.initializer.extend(
            numpy_helper.from_array(numpy.ascontiguousarray(value.numpy()), name)
            for name, value in self.weights.items() if name in used)
        onnx.save(self.model, path)
