"""Makes a wheel of the Python package with libsignet inside: make-wheel.py LIBRARY FOLDER

The wheel runs with any Python 3.9 or newer on the system it is made on, and on Linux with the C
library of that system or a newer one.
"""

import base64
import hashlib
import pathlib
import platform
import re
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
VERSION = re.search(r'__version__ = "(.*)"', (ROOT / "Python/signet/__init__.py").read_text())[1]
METADATA = f"""\
Metadata-Version: 2.1
Name: signet
Version: {VERSION}
Summary: Runs binary weight networks, and reads and writes their files
License: Apache-2.0
Requires-Python: >=3.9
Requires-Dist: numpy>=1.26
"""


def tag():
    machine = platform.machine()
    if sys.platform == "darwin":
        return f"py3-none-macosx_14_0_{machine}"
    _, version = platform.libc_ver()
    return f"py3-none-manylinux_{version.replace('.', '_')}_{machine}"


def main():
    library, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files = {f"signet/{path.name}": path.read_bytes()
             for path in sorted((ROOT / "Python/signet").iterdir())
             if path.suffix in (".py", ".typed")}
    files[f"signet/lib/{library.name}"] = library.read_bytes()
    info = f"signet-{VERSION}.dist-info"
    files[f"{info}/METADATA"] = METADATA.encode()
    files[f"{info}/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    files[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: signet\nRoot-Is-Purelib: false\nTag: {tag()}\n").encode()
    record = ""
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(content)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"signet-{VERSION}-{tag()}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            # One time for all, so that the same contents are the same bytes.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            wheel.writestr(entry, content)
    print(path)


if __name__ == "__main__":
    main()
