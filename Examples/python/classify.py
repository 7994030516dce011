"""Names what images show: classify.py MODEL.signet IMAGE...

    pip install pillow .build/wheel/signet-*.whl
    python classify.py small.signet cat.jpg
"""

import sys

import numpy
from PIL import Image

import signet

model = signet.Model.open(sys.argv[1])
for path in sys.argv[2:]:
    for name, share in model.predict(numpy.asarray(Image.open(path).convert("RGB")), top=3):
        print(f"{path}: {share:6.1%} {name}")
