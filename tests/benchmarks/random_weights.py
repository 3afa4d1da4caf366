"""Write weights of the official ResNeXt-50 32x4d by chance, for measuring speed where the real ones are not at hand.

    uv run python -m tests.benchmarks.random_weights WEIGHTS.pth
    uv run main.py models add WEIGHTS.pth --name resnext50_32x4d-random --resize 232 --crop 224

A network is as fast with any weights, as long as its numbers stay ordinary ones; so the normalisations are set by
pictures of noise, as training would set them. What it says of a picture means nothing. The same file every time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import nn

from inference.training.architecture import RESNEXT50_32X4D, ResNeXt

_SEED = 7
_BATCHES = 4
_BATCH = 8
_SIDE = 224


def random_network() -> ResNeXt:
    """The official shape in evaluation mode, with weights by chance and normalisations that fit them."""
    torch.manual_seed(_SEED)
    network = ResNeXt(RESNEXT50_32X4D)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.5
            # Biases of zeros would be left out of the exported graph, and with them a little of the work.
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.3)
    network.train()
    with torch.no_grad():
        for _ in range(_BATCHES):
            network(torch.randn(_BATCH, 3, _SIDE, _SIDE) + torch.randn(_BATCH, 3, 1, 1))
    return network.eval()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.save(random_network().state_dict(), Path(sys.argv[1]))
