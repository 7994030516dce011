"""torchvision's weights of a network as safetensors: torchvision_weights.py resnet18 OUT.safetensors"""

import sys

import torchvision
from safetensors.torch import save_file

name, path = sys.argv[1:]
model = torchvision.models.get_model(name, weights="IMAGENET1K_V1")
save_file({key: value.contiguous() for key, value in model.state_dict().items()}, path)
