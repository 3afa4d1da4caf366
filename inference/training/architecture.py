"""Build ResNeXt networks by numbers, with torchvision's parameter names.

The numbers are those of Xie, Girshick, Dollar, Tu and He, "Aggregated Residual Transformations for Deep Neural
Networks" (CVPR 2017), table 1 and section 3.3: a block is 1x1, 3x3 in C groups (the cardinality), 1x1, where each of
the C paths is d channels wide (the bottleneck width); both the path width and the output width double from stage to
stage. With C = 1 and d = 64 the same numbers give a ResNet.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from inference.models.contract import Architecture

EXPANSION = 4
"""A block's output is this many times its base width."""


@dataclass(frozen=True, slots=True)
class StemConfig:
    """The first layer.

    Attributes:
        kernel: side of the convolution.
        stride: of the convolution.
        channels: it gives.
        max_pool: whether a 3x3 max-pooling of stride 2 follows.
    """

    kernel: int = 7
    stride: int = 2
    channels: int = 64
    max_pool: bool = True


@dataclass(frozen=True, slots=True)
class ResNeXtConfig:
    """A ResNeXt in numbers.

    Attributes:
        depths: blocks in each stage.
        cardinality: C, parallel paths (groups of the 3x3 convolution) in each block.
        bottleneck_width: d, channels of one path in the first stage; doubles with each stage.
        classes: scores it gives.
        base_width: a quarter of the first stage's output channels; doubles with each stage.
        stem: the first layer.
        stage_strides: of each stage's first block.
    """

    depths: tuple[int, ...]
    cardinality: int
    bottleneck_width: int
    classes: int = 1000
    base_width: int = 64
    stem: StemConfig = field(default_factory=StemConfig)
    stage_strides: tuple[int, ...] = (1, 2, 2, 2)

    def stage_width(self, stage: int) -> int:
        """Channels of the grouped convolution in `stage` (0, 1, ...): C d 2^stage."""
        return self.cardinality * self.bottleneck_width << stage

    def stage_channels(self, stage: int) -> int:
        """Channels that `stage` gives."""
        return EXPANSION * self.base_width << stage


RESNEXT50_32X4D = ResNeXtConfig((3, 4, 6, 3), cardinality=32, bottleneck_width=4)
RESNEXT101_32X8D = ResNeXtConfig((3, 4, 23, 3), cardinality=32, bottleneck_width=8)
RESNEXT101_64X4D = ResNeXtConfig((3, 4, 23, 3), cardinality=64, bottleneck_width=4)
RESNEXT26_8X8D_TINY = ResNeXtConfig(
    (2, 2, 2, 2),
    cardinality=8,
    bottleneck_width=8,
    classes=200,
    base_width=32,
    stem=StemConfig(kernel=3, stride=2, channels=32, max_pool=False),
    stage_strides=(1, 2, 2, 1),
)
"""The built-in network (its card calls it ResNeXt-26 8x8d)."""

CONFIGS = {
    "resnext50_32x4d": RESNEXT50_32X4D,
    "resnext101_32x8d": RESNEXT101_32X8D,
    "resnext101_64x4d": RESNEXT101_64X4D,
}
"""The networks that torchvision has weights for, by torchvision's names."""


class ResNeXtBlock(nn.Module):
    """`relu(x + transform(x))`, the transform being 1x1, grouped 3x3, 1x1; all paths are one grouped convolution."""

    def __init__(self, channels_in: int, width: int, channels_out: int, *, cardinality: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, groups=cardinality, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, channels_out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels_out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride != 1 or channels_in != channels_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride=stride, bias=False), nn.BatchNorm2d(channels_out)
            )

    def forward(self, images: Tensor) -> Tensor:
        """Maps (N, channels_in, h, w) in, (N, channels_out, h / stride, w / stride) out."""
        shortcut = images if self.downsample is None else self.downsample(images)
        hidden = self.relu(self.bn1(self.conv1(images)))
        hidden = self.relu(self.bn2(self.conv2(hidden)))
        hidden = self.bn3(self.conv3(hidden))
        result: Tensor = self.relu(hidden + shortcut)
        return result


class ResNeXt(nn.Module):
    """Stem, stages, average pooling, one linear layer."""

    def __init__(self, config: ResNeXtConfig) -> None:
        super().__init__()
        self.config = config
        stem = config.stem
        self.conv1 = nn.Conv2d(3, stem.channels, stem.kernel, stride=stem.stride, padding=stem.kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(stem.channels)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if stem.max_pool else nn.Identity()
        channels = stem.channels
        for stage, depth in enumerate(config.depths):
            blocks = []
            for index in range(depth):
                blocks.append(
                    ResNeXtBlock(
                        channels,
                        config.stage_width(stage),
                        config.stage_channels(stage),
                        cardinality=config.cardinality,
                        stride=config.stage_strides[stage] if index == 0 else 1,
                    )
                )
                channels = config.stage_channels(stage)
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, config.classes)

    def features(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) float32 in, the last feature maps (N, K, h, w) out."""
        maps: Tensor = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        for stage in range(len(self.config.depths)):
            maps = self.get_submodule(f"layer{stage + 1}")(maps)
        return maps

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (N, 3, H, W) float32 in, logits (N, C) out."""
        logits: Tensor = self.fc(torch.flatten(self.avgpool(self.features(images)), 1))
        return logits


def describe(config: ResNeXtConfig, crop: int) -> Architecture:
    """What the contract says about a network that sees `crop` x `crop` pixels."""
    with torch.device("meta"):
        network = ResNeXt(config)
    return Architecture(
        family="resnext" if config.cardinality > 1 else "resnet",
        depths=config.depths,
        cardinality=config.cardinality,
        bottleneck_width=config.bottleneck_width,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        gmacs=round(multiply_adds(network, crop) / 1e9, 3),
    )


def multiply_adds(network: ResNeXt, side: int) -> int:
    """Multiply-adds of all convolutions and the linear layer for one image of `side` x `side` pixels."""
    counts: list[int] = []

    def count(module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if isinstance(module, nn.Conv2d):
            kernel_height, kernel_width = module.kernel_size
            counts.append(output.numel() * module.in_channels // module.groups * kernel_height * kernel_width)
        elif isinstance(module, nn.Linear):
            counts.append(output.numel() * module.in_features)

    hooks = [module.register_forward_hook(count) for module in network.modules()]
    training = network.training
    try:
        device = next(network.parameters()).device
        network.eval()
        with torch.no_grad():
            network(torch.zeros(1, 3, side, side, device=device))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return sum(counts)
