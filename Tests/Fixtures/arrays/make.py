"""Makes the files of arrays beside it.

    pip install numpy && python make.py

Made with numpy 2; `deflated.npz` and `stored.npz` hold the same arrays.
"""

import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent

# Two samples of 2×3×4 whose element (n, c, h, w) is 100 n + 24 c + 4 h + w + 0.5, and one number each.
IMAGE = np.arange(24).reshape(2, 3, 4).astype("<f4") + 0.5
IMAGES = np.stack([IMAGE, IMAGE + 100])
ARRAYS = {
    "image": IMAGES.astype("<f8"),
    "gain": np.array([[3], [250]], dtype="|u1"),
    "labels": np.array([2, 0], dtype="<i8"),
}

np.savez(HERE / "stored.npz", **ARRAYS)
np.savez_compressed(HERE / "deflated.npz", **ARRAYS)
np.save(HERE / "one.npy", IMAGE.astype("<f2"))
np.save(HERE / "channels-last.npy", IMAGES.transpose(0, 2, 3, 1).astype("<i4"))
np.save(HERE / "fortran.npy", np.asfortranarray(IMAGES))
np.save(HERE / "big-endian.npy", IMAGES.astype(">f4"))
np.save(HERE / "objects.npy", np.array([("a", 1)], dtype=[("x", "U1"), ("y", "<i4")]))
