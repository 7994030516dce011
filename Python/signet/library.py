"""The C library behind the package: what signet.h declares, as ctypes has it."""

import ctypes
import ctypes.util
import os
import pathlib
import sys

API_VERSION = 1
MAX_RANK = 6
SMALL_BUFFER = 5


class SignetError(Exception):
    """What the library says was wrong. `status` is its signet_status."""

    def __init__(self, text, status):
        super().__init__(text)
        self.status = status


class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("threads", ctypes.c_uint32),
                ("maximum_batch", ctypes.c_uint32), ("is_exact", ctypes.c_uint32),
                ("memory_limit", ctypes.c_uint64)]


class TensorStructure(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("values", ctypes.POINTER(ctypes.c_float)),
                ("capacity", ctypes.c_size_t), ("rank", ctypes.c_size_t),
                ("extents", ctypes.c_int64 * MAX_RANK)]


class ImageStructure(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("pixels", ctypes.c_void_p),
                ("width", ctypes.c_size_t), ("height", ctypes.c_size_t),
                ("row_bytes", ctypes.c_size_t), ("layout", ctypes.c_int)]


# signet_layout, by the bytes of a pixel.
LAYOUTS = {1: 5, 3: 3, 4: 0}


def _path():
    name = "libsignet.1.dylib" if sys.platform == "darwin" else "libsignet.so.1"
    inside = pathlib.Path(__file__).parent / "lib" / name
    chosen = os.environ.get("SIGNET_LIBRARY") or (str(inside) if inside.exists() else None)
    found = chosen or ctypes.util.find_library("signet")
    if not found:
        raise ImportError(
            f"{name} is neither in the package nor installed; SIGNET_LIBRARY can name it")
    return found


def _load():
    library = ctypes.CDLL(_path())
    handle, tensor = ctypes.c_void_p, ctypes.POINTER(TensorStructure)
    options = ctypes.POINTER(Options)
    for name, result, arguments in [
            ("api_version", ctypes.c_uint32, []),
            ("version", ctypes.c_char_p, []),
            ("last_error", ctypes.c_char_p, []),
            ("open", ctypes.c_int, [ctypes.c_char_p, options, ctypes.POINTER(handle)]),
            ("open_bytes", ctypes.c_int, [ctypes.c_char_p, ctypes.c_size_t, options,
                                          ctypes.POINTER(handle)]),
            ("free", None, [handle]),
            ("input_count", ctypes.c_size_t, [handle]),
            ("output_count", ctypes.c_size_t, [handle]),
            ("input", ctypes.c_int, [handle, ctypes.c_size_t, tensor]),
            ("output", ctypes.c_int, [handle, ctypes.c_size_t, tensor]),
            ("info", ctypes.c_char_p, [handle]),
            ("run", ctypes.c_int, [handle, tensor, ctypes.c_size_t, tensor, ctypes.c_size_t]),
            ("run_image", ctypes.c_int, [handle, ctypes.POINTER(ImageStructure), tensor,
                                         ctypes.c_size_t])]:
        function = getattr(library, f"signet_{name}")
        function.restype, function.argtypes = result, arguments
    found = library.signet_api_version()
    if found != API_VERSION:
        raise ImportError(f"{_path()}: expected version {API_VERSION} of the interface, "
                          f"found {found}")
    return library


library = _load()


def check(status):
    if status != 0:
        raise SignetError(library.signet_last_error().decode(), status)


def onnxruntime_library_path() -> str:
    """What `SessionOptions.register_custom_ops_library` of ONNX Runtime takes: the library has the
    operators of domain ai.signet, which `signet export --operators signet` writes."""
    path = _path()
    return os.path.abspath(path) if os.path.exists(path) else path


def library_version() -> str:
    """The version of the library that is loaded."""
    return library.signet_version().decode()
