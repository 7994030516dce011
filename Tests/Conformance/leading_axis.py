"""Node tests with one more axis before all others: the batch that a network's images have, where
the test itself has none or has it elsewhere."""

import numpy
import onnx
from onnx import helper

ELEMENTWISE = {
    "Abs", "Add", "And", "Ceil", "Celu", "Clip", "Cos", "Div", "Elu", "Equal", "Erf", "Exp",
    "Floor", "Gelu", "Greater", "GreaterOrEqual", "HardSigmoid", "HardSwish", "Identity",
    "LeakyRelu", "Less", "LessOrEqual", "Log", "Max", "Min", "Mish", "Mod", "Mul", "Neg", "Not",
    "Or", "PRelu", "Pow", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin",
    "Softplus", "Softsign", "Sqrt", "Sub", "Sum", "Swish", "Tanh", "ThresholdedRelu", "Where",
    "Xor",
}
# Operators along one axis, with the axis they take where the file names none.
ALONG_AXIS = {
    "ArgMax": 0, "ArgMin": 0, "Concat": None, "Gather": 0, "LayerNormalization": -1,
    "LogSoftmax": -1, "LpNormalization": -1, "Softmax": -1, "Split": 0, "TopK": -1,
}


class Unsuited(Exception):
    pass


def behind(axis):
    return axis + 1 if axis >= 0 else axis


class Shifted:
    """A test's node and its inputs, brought behind a new axis.

    `arrays` are the inputs by name; those in `images` get the axis, others are changed where they
    name axes or extents.
    """

    def __init__(self, node, arrays, images, opset):
        self.node = onnx.NodeProto.FromString(node.SerializeToString())
        self.arrays, self.images, self.opset = dict(arrays), list(images), opset
        kind = self.node.op_type
        rank = max(self.arrays[name].ndim for name in self.images)
        if kind in ELEMENTWISE:
            self.lead(rank)
        elif kind in ALONG_AXIS:
            if kind in ("Softmax", "LogSoftmax") and opset < 13:
                raise Unsuited("rows up to an axis, with the batch among them")
            self.lead()
            self.set("axis", behind(self.get("axis", ALONG_AXIS[kind])))
        elif kind.startswith("Reduce"):
            self.reduce(rank)
        elif kind == "MatMul":
            if any(self.arrays[name].ndim < 2 for name in self.images):
                raise Unsuited("a vector's product with a matrix")
            self.lead(rank)
        elif hasattr(self, kind.lower()):
            getattr(self, kind.lower())(rank)
        else:
            raise Unsuited("the batch is not the first axis throughout")

    def lead(self, rank=None):
        for name in self.images:
            array = self.arrays[name]
            ones = 1 if rank is None else 1 + rank - array.ndim
            self.arrays[name] = array.reshape((1,) * ones + array.shape)

    def get(self, name, default=None):
        found = [a for a in self.node.attribute if a.name == name]
        return helper.get_attribute_value(found[0]) if found else default

    def set(self, name, value):
        kept = [a for a in self.node.attribute if a.name != name]
        del self.node.attribute[:]
        self.node.attribute.extend(kept + [helper.make_attribute(name, value)])

    def input(self, index):
        """An input's numbers, or None where it is left out."""
        name = self.node.input[index] if index < len(self.node.input) else ""
        return self.arrays[name] if name else None

    def put(self, index, numbers):
        while len(self.node.input) <= index:
            self.node.input.append("")
        name = self.node.input[index] or f"signet_{index}"
        self.node.input[index] = name
        kind = self.arrays[name].dtype if name in self.arrays else "int64"
        self.arrays[name] = numpy.asarray(numbers, kind)

    def reduce(self, rank):
        self.lead()
        given = self.get("axes")
        if given is None and self.input(1) is not None:
            given = self.input(1).tolist()
        if not given and self.get("noop_with_empty_axes", 0):
            return
        axes = [behind(axis) for axis in given] if given else list(range(1, rank + 1))
        if self.opset >= (13 if self.node.op_type == "ReduceSum" else 18):
            self.put(1, axes)
        else:
            self.set("axes", axes)

    def gatherelements(self, _):
        for name in self.node.input:
            self.arrays[name] = self.arrays[name][None]
        self.set("axis", behind(self.get("axis", 0)))

    def tuples(self):
        """Tuples that name the new axis, too."""
        self.lead()
        array = self.input(1)
        self.put(1, numpy.concatenate(
            [numpy.zeros(array.shape[:-1] + (1,), array.dtype), array], axis=-1))

    def gathernd(self, _):
        if self.get("batch_dims", 0):
            raise Unsuited("axes in common with the indices")
        self.tuples()

    def scatternd(self, _):
        # The updates' axes are those of the indices, so they get none.
        updates = self.node.input[2]
        self.images.remove(updates) if updates in self.images else None
        self.tuples()
        self.put(1, self.input(1)[None])
        self.arrays[updates] = self.arrays[updates][None]
        self.images.append(updates)

    def scatterelements(self, _):
        for name in self.node.input:
            self.arrays[name] = self.arrays[name][None]
        self.set("axis", behind(self.get("axis", 0)))

    def onehot(self, _):
        self.lead()
        self.set("axis", behind(self.get("axis", -1)))

    def trilu(self, _):
        self.lead()

    def einsum(self, _):
        terms, _, result = self.get("equation").decode().replace(" ", "").partition("->")
        terms = terms.split(",")
        if "..." in terms + [result]:
            raise Unsuited("axes without letters")
        if not result:
            letters = "".join(terms)
            result = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
        names = list(self.node.input)
        terms = ["Z" + term if name in self.images else term for name, term in zip(names, terms)]
        self.lead()
        self.set("equation", ",".join(terms) + "->Z" + result)

    def cumsum(self, _):
        self.lead()
        self.put(1, behind(int(self.input(1))))

    def expand(self, _):
        rank = len(self.input(1))
        self.lead(max(rank, self.arrays[self.images[0]].ndim))
        self.put(1, [1] + self.input(1).tolist())

    def tile(self, _):
        self.lead()
        self.put(1, [1] + self.input(1).tolist())

    def reshape(self, _):
        self.lead()
        shape = self.input(1).tolist()
        self.put(1, [1] + shape)

    def transpose(self, rank):
        self.lead()
        order = self.get("perm", list(range(rank))[::-1])
        self.set("perm", [0] + [axis + 1 for axis in order])

    def squeeze(self, _):
        shape = self.arrays[self.images[0]].shape
        axes = self.input(1)
        axes = [i for i, n in enumerate(shape) if n == 1] if axes is None else axes.tolist()
        self.lead()
        self.put(1, [behind(axis) for axis in axes])

    def unsqueeze(self, _):
        self.lead()
        self.put(1, [behind(axis) for axis in self.input(1).tolist()])

    def pad(self, rank):
        self.lead()
        axes = self.input(3)
        if axes is not None:
            self.put(3, [behind(axis) for axis in axes.tolist()])
            return
        pads = self.input(1).tolist()
        self.put(1, [0] + pads[:rank] + [0] + pads[rank:])

    def slice(self, rank):
        self.lead()
        axes = self.input(3)
        axes = list(range(len(self.input(1)))) if axes is None else axes.tolist()
        self.put(3, [behind(axis) for axis in axes])

    def quantizelinear(self, rank):
        self.quantized(rank)

    def dequantizelinear(self, rank):
        self.quantized(rank)

    def quantized(self, rank):
        self.lead()
        if self.input(1).ndim > 1:
            raise Unsuited("scales of blocks")
        self.set("axis", behind(self.get("axis", 1)))
