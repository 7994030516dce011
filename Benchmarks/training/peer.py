"""The same network, batch and options in PyTorch: times the steps of a plain training loop.

    peer.py STEPS THREADS float32|bfloat16 [float|finetune] [eager|compile]

`finetune` trains latent weights and scales with the straight-through estimator. Batches are ready
in memory before the clock starts, which flatters this side: Signet loads, augments and normalises
while it trains.
"""

import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class BinaryConv2d(nn.Conv2d):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.scale = nn.Parameter(self.weight.detach().abs().mean((1, 2, 3), keepdim=True))

    def forward(self, x):
        # The sign, with the identity as its derivative; torch.compile fuses this, not a Function.
        sign = torch.where(self.weight >= 0, 1.0, -1.0)
        weight = self.scale * (self.weight + (sign - self.weight).detach())
        return F.conv2d(x, weight, None, self.stride, self.padding)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, convolution):
        super().__init__()
        self.conv1 = convolution(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = convolution(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.pad = (outputs - inputs) // 2
        self.stride = stride

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if self.pad:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.pad, self.pad))
        return self.relu(out + x)


class ResNet20(nn.Module):
    def __init__(self, convolution):
        super().__init__()
        layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
        inputs = 16
        for stage, outputs in enumerate([16, 32, 64]):
            for block in range(3):
                layers.append(Block(inputs, outputs, 2 if stage and not block else 1,
                                    convolution))
                inputs = outputs
        self.body = nn.Sequential(*layers)
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        return self.linear(self.body(x).mean((2, 3)))


def sgd(model):
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    return torch.optim.SGD(
        [{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}],
        lr=0.1, momentum=0.9, nesterov=True, fused=True)


def adam(model):
    latents = [m.weight for m in model.modules() if isinstance(m, BinaryConv2d)]
    taken = {id(p) for p in latents}
    others = [p for p in model.parameters() if id(p) not in taken]
    return torch.optim.Adam(
        [{"params": latents, "lr": 2e-3}, {"params": others, "lr": 2e-4}], fused=True)


def main():
    steps, threads, precision = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    finetunes, compiles = "finetune" in sys.argv[4:], "compile" in sys.argv[4:]
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    model = ResNet20(BinaryConv2d if finetunes else nn.Conv2d)
    model = model.to(memory_format=torch.channels_last).train()
    optimizer = adam(model) if finetunes else sgd(model)
    if compiles:
        model = torch.compile(model)
    batches = [
        (torch.randn(128, 3, 32, 32).to(memory_format=torch.channels_last),
         torch.randint(10, (128,)))
        for _ in range(8)
    ]
    times = []
    for step in range(steps):
        start = time.perf_counter()
        images, labels = batches[step % len(batches)]
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            scores = model(images)
        loss = F.cross_entropy(scores.float(), labels)
        loss.backward()
        optimizer.step()
        loss.item()
        times.append(time.perf_counter() - start)
    median = statistics.median(times[min(5, steps // 2):])
    print(json.dumps({"imagesPerSecond": 128 / median, "medianSeconds": median,
                      "version": torch.__version__}))


if __name__ == "__main__":
    main()
