"""Binary weight networks from Python: run them, read and write their files, make them.

    import signet
    model = signet.Model.open("binary.signet")
    scores = model.run({"input": images})["scores"]
"""

from .command import CommandError, binarize
from .file import ModelFile
from .library import SignetError, library_version, onnxruntime_library_path
from .model import Model, Tensor

__all__ = ["CommandError", "Model", "ModelFile", "SignetError", "Tensor", "binarize",
           "library_version", "onnxruntime_library_path"]
__version__ = "0.1.0"
