"""Serves one network with one engine over standard input and output.

    peer.py ENGINE NETWORK.onnx INPUT THREADS BATCH

ENGINE is onnxruntime, onnxruntime-int8, openvino, openvino-bf16, openvino-int8, ncnn or torch.
Answers lines of JSON; understands `run N`, `scores` and `layers`, as runtime-engine does.
"""

import json
import pathlib
import sys
import time

import numpy


def load_onnxruntime(path, threads, batch):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda images: session.run(None, {name: images})[0]


def calibration(shape, count=32):
    generator = numpy.random.default_rng(7)
    for _ in range(count):
        yield generator.standard_normal(shape, dtype=numpy.float32)


def load_onnxruntime_int8(path, threads, batch):
    from onnxruntime import quantization

    target = path.with_suffix(".int8.onnx")
    if not target.exists():
        session_shape, name = input_of(path)

        class Reader(quantization.CalibrationDataReader):
            def __init__(self):
                self.batches = ({name: x} for x in calibration(session_shape, 8))

            def get_next(self):
                return next(self.batches, None)

        prepared = path.with_suffix(".prepared.onnx")
        quantization.shape_inference.quant_pre_process(str(path), str(prepared))
        quantization.quantize_static(
            str(prepared), str(target), Reader(), quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8, per_channel=True)
    return load_onnxruntime(target, threads, batch)


def input_of(path):
    import onnx

    tensor = onnx.load(str(path)).graph.input[0]
    sizes = [d.dim_value or 1 for d in tensor.type.tensor_type.shape.dim]
    return sizes, tensor.name


def load_openvino(path, threads, batch, precision="f32"):
    import openvino

    core = openvino.Core()
    model = core.read_model(str(path))
    sizes, _ = input_of(path) if path.suffix == ".onnx" else (list(model.input(0).shape), None)
    model.reshape([batch] + sizes[1:])
    compiled = core.compile_model(
        model, "CPU",
        {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1,
         "INFERENCE_PRECISION_HINT": precision, "ENABLE_CPU_PINNING": False})
    request = compiled.create_infer_request()

    def run(images):
        return request.infer({0: images}, share_inputs=True)[compiled.output(0)]

    def layers():
        compiled_counted = core.compile_model(
            model, "CPU", {"INFERENCE_NUM_THREADS": threads, "PERF_COUNT": True,
                           "INFERENCE_PRECISION_HINT": precision})
        counted = compiled_counted.create_infer_request()
        for _ in range(5):
            counted.infer({0: numpy.zeros([batch] + sizes[1:], numpy.float32)})
        return [{"name": p.node_name, "kernel": p.exec_type,
                 "microseconds": p.real_time.total_seconds() * 1e6}
                for p in counted.profiling_info if p.real_time.total_seconds() > 0]

    run.layers = layers
    return run


def load_openvino_int8(path, threads, batch):
    import openvino

    target = path.with_suffix(".int8.xml")
    if not target.exists():
        import nncf

        model = openvino.Core().read_model(str(path))
        sizes, _ = input_of(path)
        model.reshape(sizes)
        model = nncf.quantize(model, nncf.Dataset(list(calibration(sizes))), subset_size=32)
        openvino.save_model(model, str(target))
    return load_openvino(target, threads, batch)


def load_ncnn(path, threads, batch):
    import subprocess

    import ncnn

    if batch != 1:
        raise RuntimeError("ncnn runs one image at a time")
    # pnnx makes identifiers of names.
    param = path.with_name(path.stem.replace("-", "_") + ".ncnn.param")
    if not param.exists():
        sizes, _ = input_of(path)
        command = str(pathlib.Path(sys.executable).with_name("pnnx"))
        subprocess.run(
            [command, path.name, f"inputshape=[{','.join(map(str, sizes))}]"],
            cwd=path.parent, check=True, capture_output=True)
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_vulkan_compute = False
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    if net.load_param(str(param)) or net.load_model(str(param.with_suffix(".bin"))):
        raise RuntimeError("ncnn cannot read the converted network")

    def run(images):
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(images[0]))
        return numpy.array(extractor.extract("out0")[1]).reshape(1, -1)

    return run


def load_torch(path, threads, batch):
    import onnx
    import torch
    from onnx import numpy_helper
    from torch.nn import functional

    torch.set_num_threads(threads)
    graph = onnx.load(str(path)).graph

    class Network(torch.nn.Module):
        """The ONNX operators that the benchmark's networks have."""

        def __init__(self):
            super().__init__()
            for index, tensor in enumerate(graph.initializer):
                self.register_buffer(f"t{index}", torch.from_numpy(
                    numpy_helper.to_array(tensor).copy()))

        def forward(self, images):
            values = {t.name: getattr(self, f"t{i}") for i, t in enumerate(graph.initializer)}
            values[graph.input[0].name] = images
            for node in graph.node:
                own = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
                values[node.output[0]] = self.apply(
                    node.op_type, own, [values[name] for name in node.input if name])
            return values[graph.output[0].name]

        def apply(self, kind, own, x):
            def padded(value=0.0):
                top, left, bottom, right = own.get("pads", [0, 0, 0, 0])
                if not any([top, left, bottom, right]):
                    return x[0]
                return functional.pad(x[0], [left, right, top, bottom], value=value)

            if kind == "Conv":
                pads = own.get("pads", [0, 0, 0, 0])
                equal = pads[0] == pads[2] and pads[1] == pads[3]
                return functional.conv2d(
                    x[0] if equal else padded(), *x[1:], stride=own.get("strides", [1, 1]),
                    padding=pads[:2] if equal else 0, dilation=own.get("dilations", [1, 1]),
                    groups=own.get("group", 1))
            if kind == "MaxPool":
                return functional.max_pool2d(
                    padded(-float("inf")), own["kernel_shape"], own.get("strides", [1, 1]))
            if kind == "AveragePool":
                return functional.avg_pool2d(
                    padded(), own["kernel_shape"], own.get("strides", [1, 1]))
            if kind == "BatchNormalization":
                return functional.batch_norm(
                    x[0], x[3], x[4], x[1], x[2], eps=own.get("epsilon", 1e-5))
            if kind == "Gemm":
                return functional.linear(x[0], x[1] if own.get("transB") else x[1].T, *x[2:])
            if kind == "Slice":
                starts, ends, axes, steps = [t.tolist() for t in x[1:]]
                result = x[0]
                for start, end, axis, step in zip(starts, ends, axes, steps):
                    length = result.shape[axis]
                    result = result.index_select(
                        axis, torch.arange(*slice(start, end, step).indices(length)))
                return result
            if kind == "Pad":
                before, after = x[1].tolist()[:4], x[1].tolist()[4:]
                return functional.pad(x[0], [
                    before[3], after[3], before[2], after[2], before[1], after[1]])
            simple = {"Relu": torch.relu, "Add": torch.add, "Identity": lambda t: t,
                      "GlobalAveragePool": lambda t: t.mean((2, 3), keepdim=True),
                      "Flatten": lambda t: t.flatten(1), "Dropout": lambda t: t,
                      "Reshape": lambda t, s: t.reshape(s.tolist())}
            return simple[kind](*x)

    sizes, _ = input_of(path)
    example = torch.zeros([batch] + sizes[1:])
    network = Network().eval()
    with torch.inference_mode():
        network = torch.jit.optimize_for_inference(
            torch.jit.freeze(torch.jit.trace(network, example)))

    def run(images):
        with torch.inference_mode():
            return network(torch.from_numpy(images)).numpy()

    return run


LOADERS = {
    "onnxruntime": load_onnxruntime,
    "onnxruntime-int8": load_onnxruntime_int8,
    "openvino": load_openvino,
    "openvino-bf16": lambda *a: load_openvino(*a, precision="bf16"),
    "openvino-int8": load_openvino_int8,
    "ncnn": load_ncnn,
    "torch": load_torch,
}


def answer(**values):
    print(json.dumps(values), flush=True)


def main():
    engine, path, input_path, threads, batch = sys.argv[1:]
    path = pathlib.Path(path)
    sizes, _ = input_of(path)
    one = numpy.fromfile(input_path, numpy.float32).reshape([1] + sizes[1:])
    images = numpy.ascontiguousarray(numpy.repeat(one, int(batch), 0))
    start = time.perf_counter()
    run = LOADERS[engine](path, int(threads), int(batch))
    answer(load=(time.perf_counter() - start) * 1e3)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "run":
            milliseconds, busy = [], []
            for _ in range(int(words[1])):
                start, cpu = time.perf_counter(), time.process_time()
                run(images)
                busy.append((time.process_time() - cpu) * 1e3)
                milliseconds.append((time.perf_counter() - start) * 1e3)
            answer(milliseconds=milliseconds, busyMilliseconds=busy)
        elif words[0] == "scores":
            answer(scores=[float(x) for x in numpy.asarray(run(images))[0].reshape(-1)])
        elif words[0] == "layers":
            answer(layers=run.layers() if hasattr(run, "layers") else [])


if __name__ == "__main__":
    main()
