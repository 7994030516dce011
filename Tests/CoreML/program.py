"""Reads Core ML packages with coremltools and runs their programs with numpy, in float32: Core ML
itself runs on Apple's systems only."""

import math

import numpy as np
from coremltools.converters.mil.frontend.milproto.load import load as load_program
from coremltools.models.utils import load_spec

TYPES = {"fp16": np.float32, "fp32": np.float32, "int32": np.int32, "bool": np.bool_}


class Program:
    def __init__(self, package):
        self.spec = load_spec(str(package))
        weights = f"{package}/Data/com.apple.CoreML/weights"
        self.function = load_program(
            self.spec, specification_version=self.spec.specificationVersion,
            file_weights_dir=weights).functions["main"]
        self.check_types()

    def check_types(self):
        """coremltools infers all shapes anew: they must be those that the file says."""
        block = self.spec.mlProgram.functions["main"].block_specializations["CoreML8"]
        declared = {
            output.name: [d.constant.size for d in output.type.tensorType.dimensions]
            for operation in block.operations for output in operation.outputs}
        for operation in self.function.operations:
            for output in operation.outputs:
                found = list(output.shape or [])
                expected = declared.get(output.name, found)
                assert found == expected, (operation.op_type, output.name, expected, found)

    @property
    def operations(self):
        """Names of the operations that compute, in order."""
        return [one.op_type for one in self.function.operations
                if one.op_type != "const" and "constexpr" not in one.op_type]

    @property
    def weights(self):
        """What packed weights stand for, by name."""
        return {one.outputs[0].name: unpacked(one)
                for one in self.function.operations if "constexpr" in one.op_type}

    def run(self, inputs):
        values = dict(inputs)

        def read(operand):
            if isinstance(operand, (list, tuple)):
                return [read(one) for one in operand]
            value = values[operand.name] if operand.name in values else operand.val
            is_half = getattr(value, "dtype", None) == np.float16
            return value.astype(np.float32) if is_half else value

        for operation in self.function.operations:
            name, kind = operation.outputs[0].name, operation.op_type
            if kind == "const":
                continue
            if "constexpr" in kind:
                values[name] = unpacked(operation)
                continue
            operands = {key: read(one) for key, one in operation.inputs.items() if one is not None}
            value = np.asarray(OPERATIONS[kind](**operands))
            assert value.shape == tuple(operation.outputs[0].shape), (kind, name, value.shape)
            values[name] = value.astype(np.float32) if value.dtype == np.float64 else value
        return {output.name: values[output.name] for output in self.function.outputs}


def unpacked(operation):
    return np.asarray(operation.materialized_val_inference()).astype(np.float32)


def numbers(array):
    return [int(one) for one in np.asarray(array).reshape(-1)]


def windows(x, kernel, strides, pad, value, dilations=(1, 1)):
    """N × C × H × W × kH × kW"""
    top, bottom, left, right = numbers(pad)
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=value)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    view = np.lib.stride_tricks.sliding_window_view(x, reach, axis=(2, 3))
    return view[:, :, ::strides[0], ::strides[1], ::dilations[0], ::dilations[1]]


def conv(x, weight, strides, pad, pad_type, dilations, groups, bias=None):
    assert pad_type == "custom"
    groups = int(groups)
    view = windows(x, weight.shape[2:], numbers(strides), pad, 0, numbers(dilations))
    n, _, height, width = view.shape[:4]
    patches = view.reshape(n, groups, -1, height, width, *weight.shape[2:])
    patches = patches.transpose(1, 0, 3, 4, 2, 5, 6).reshape(groups, n * height * width, -1)
    filters = weight.reshape(groups, weight.shape[0] // groups, -1)
    result = patches.astype(np.float64) @ filters.transpose(0, 2, 1)
    result = result.reshape(groups, n, height, width, -1).transpose(1, 0, 4, 2, 3)
    result = result.reshape(n, -1, height, width)
    return result if bias is None else result + np.asarray(bias).reshape(1, -1, 1, 1)


def conv_transpose(x, weight, strides, pad, pad_type, dilations, groups, output_shape):
    assert weight.shape[1:] == (1, 1, 1) and int(groups) == x.shape[1]
    result = np.zeros(numbers(output_shape), np.float32)
    rows, columns = numbers(strides)
    result[:, :, ::rows, ::columns] = x * weight.reshape(1, -1, 1, 1)
    return result


def max_pool(x, kernel_sizes, strides, pad, pad_type, ceil_mode):
    return windows(x, numbers(kernel_sizes), numbers(strides), pad, -np.inf).max(axis=(4, 5))


def avg_pool(x, kernel_sizes, strides, pad, pad_type, ceil_mode, exclude_padding_from_average):
    shape = numbers(kernel_sizes), numbers(strides), pad, 0
    total = windows(x, *shape).sum(axis=(4, 5), dtype=np.float64)
    ones = windows(np.ones_like(x), *shape).sum(axis=(4, 5))
    return total / (ones if exclude_padding_from_average else np.prod(shape[0]))


def pad(x, pad, mode, constant_val):
    pairs = np.asarray(pad).reshape(-1, 2).tolist()
    pairs = [(0, 0)] * (x.ndim - len(pairs)) + pairs
    if mode == "constant":
        return np.pad(x, pairs, constant_values=float(constant_val))
    return np.pad(x, pairs, mode={"reflect": "reflect", "replicate": "edge"}[mode])


def slice_by_index(x, begin, end, stride, begin_mask, end_mask, squeeze_mask):
    return x[tuple(slice(*one) for one in zip(numbers(begin), numbers(end), numbers(stride)))]


def local_response_norm(x, size, alpha, beta, k):
    half = int(size) // 2
    squares = np.pad(x * x, ((0, 0), (half, half), (0, 0), (0, 0)))
    total = sum(squares[:, i:i + x.shape[1]] for i in range(int(size)))
    return x / (float(k) + float(alpha) / int(size) * total) ** float(beta)


def resample(x, coordinates, sampling_mode, padding_mode, padding_value, coordinates_mode,
             align_corners):
    assert coordinates_mode == "normalized_minus_one_to_one" and padding_value == 0

    def source(place, length):
        """Where in a row an element of its continuation comes from; -1 for nowhere."""
        if padding_mode == "border":
            return np.clip(place, 0, length - 1)
        if padding_mode == "constant":
            return np.where((place >= 0) & (place < length), place, -1)
        # "symmetric" repeats the outermost element, "reflection" does not.
        last = length - 1 if padding_mode == "reflection" else length
        place = np.mod(place, max(1, 2 * last))
        mirrored = 2 * last - place - (0 if padding_mode == "reflection" else 1)
        return np.where(place < length, place, mirrored)

    def unnormalized(place, length):
        return (place + 1) / 2 * (length - 1) if align_corners else ((place + 1) * length - 1) / 2

    def at(rows, columns):
        rows, columns = source(rows, x.shape[2]), source(columns, x.shape[3])
        inside = (rows >= 0) & (columns >= 0)
        return np.where(inside, x[0][:, rows.clip(0), columns.clip(0)], 0)

    across = unnormalized(coordinates[0, ..., 0].astype(np.float64), x.shape[3])
    down = unnormalized(coordinates[0, ..., 1].astype(np.float64), x.shape[2])
    if sampling_mode == "nearest":
        return at(np.rint(down).astype(int), np.rint(across).astype(int))[None]
    row, column = np.floor(down).astype(int), np.floor(across).astype(int)
    below, right = down - row, across - column
    return (at(row, column) * (1 - below) * (1 - right) + at(row, column + 1) * (1 - below) * right
            + at(row + 1, column) * below * (1 - right) + at(row + 1, column + 1) * below * right
            )[None]


def reduced(function):
    return lambda x, axes, keep_dims: function(x, tuple(numbers(axes)), bool(keep_dims))


def log_sum_exp(x, axes, keep):
    top = x.max(axes, keepdims=True)
    total = np.log(np.exp(x - top).sum(axes, keepdims=True)) + top
    return total if keep else np.squeeze(total, axes)


def softmax(x, axis):
    e = np.exp(x - x.max(int(axis), keepdims=True))
    return e / e.sum(int(axis), keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def gelu(x, mode):
    if mode == "EXACT":
        return 0.5 * x * (1 + erf_of_each(x / math.sqrt(2)))
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


erf_of_each = np.vectorize(math.erf, otypes=[np.float64])

OPERATIONS = {
    "cast": lambda x, dtype: x.astype(TYPES[dtype]),
    "conv": conv, "conv_transpose": conv_transpose, "max_pool": max_pool, "avg_pool": avg_pool,
    "pad": pad, "resample": resample, "slice_by_index": slice_by_index, "local_response_norm": local_response_norm,
    "softmax": softmax, "sigmoid": sigmoid, "gelu": gelu, "erf": lambda x: erf_of_each(x),
    "upsample_nearest_neighbor": lambda x, scale_factor_height, scale_factor_width:
        x.repeat(int(scale_factor_height), 2).repeat(int(scale_factor_width), 3),
    "gather": lambda x, indices, axis, batch_dims, validate_indices:
        np.take(x, numbers(indices), int(axis)),
    "linear": lambda x, weight, bias=0: x @ weight.T + bias,
    "matmul": lambda x, y, transpose_x, transpose_y:
        (x.swapaxes(-1, -2) if transpose_x else x) @ (y.swapaxes(-1, -2) if transpose_y else y),
    "reshape": lambda x, shape: x.reshape(numbers(shape)),
    "transpose": lambda x, perm: x.transpose(numbers(perm)),
    "concat": lambda values, axis, interleave: np.concatenate(values, int(axis)),
    "select": lambda cond, a, b: np.where(cond, a, b),
    "prelu": lambda x, alpha: np.where(x > 0, x, x * alpha.reshape(1, -1, 1, 1)),
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x, alpha: np.where(x > 0, x, x * float(alpha)),
    "sigmoid_hard": lambda x, alpha, beta: np.clip(float(alpha) * x + float(beta), 0, 1),
    "silu": lambda x: x * sigmoid(x),
    "elu": lambda x, alpha: np.where(x > 0, x, float(alpha) * np.expm1(np.minimum(x, 0))),
    "thresholded_relu": lambda x, alpha: np.where(x > float(alpha), x, 0),
    "exp": lambda x: np.exp(x), "log": lambda x, epsilon: np.log(x + float(epsilon)),
    "sqrt": lambda x: np.sqrt(x), "abs": lambda x: np.abs(x), "sign": lambda x: np.sign(x),
    "floor": lambda x: np.floor(x), "ceil": lambda x: np.ceil(x), "round": lambda x: np.round(x),
    "sin": lambda x: np.sin(x), "cos": lambda x: np.cos(x), "tanh": lambda x: np.tanh(x),
    "softplus": lambda x: np.logaddexp(x, 0), "softsign": lambda x: x / (1 + np.abs(x)),
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y,
    "real_div": lambda x, y: x / y, "minimum": lambda x, y: np.minimum(x, y),
    "maximum": lambda x, y: np.maximum(x, y), "pow": lambda x, y: np.power(x, y),
    "mod": lambda x, y: np.mod(x, y), "equal": lambda x, y: x == y,
    "not_equal": lambda x, y: x != y, "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y, "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y, "logical_and": lambda x, y: x & y,
    "logical_or": lambda x, y: x | y, "logical_xor": lambda x, y: x ^ y,
    "reduce_mean": reduced(lambda x, axes, keep: x.mean(axes, keepdims=keep)),
    "reduce_sum": reduced(lambda x, axes, keep: x.sum(axes, keepdims=keep)),
    "reduce_max": reduced(lambda x, axes, keep: x.max(axes, keepdims=keep)),
    "reduce_min": reduced(lambda x, axes, keep: x.min(axes, keepdims=keep)),
    "reduce_prod": reduced(lambda x, axes, keep: x.prod(axes, keepdims=keep)),
    "reduce_sum_square": reduced(lambda x, axes, keep: (x * x).sum(axes, keepdims=keep)),
    "reduce_l1_norm": reduced(lambda x, axes, keep: np.abs(x).sum(axes, keepdims=keep)),
    "reduce_l2_norm": reduced(lambda x, axes, keep: np.sqrt((x * x).sum(axes, keepdims=keep))),
    "reduce_log_sum": reduced(lambda x, axes, keep: np.log(x.sum(axes, keepdims=keep))),
    "reduce_log_sum_exp": reduced(log_sum_exp),
    "reduce_argmax": lambda x, axis, keep_dims, output_dtype=None:
        x.argmax(int(axis), keepdims=bool(keep_dims)),
    "reduce_argmin": lambda x, axis, keep_dims, output_dtype=None:
        x.argmin(int(axis), keepdims=bool(keep_dims)),
}
