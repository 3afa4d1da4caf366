"""Make tests/data/golden_preprocess.npz: what torchvision's own presets make of a few pictures (needs torchvision).

Run it from the project root: `python -m tests.make_golden`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.arrays import RgbImage
from inference.models.contract import Interpolation, Preprocessing

GOLDEN = Path(__file__).parent / "data" / "golden_preprocess.npz"

SIZES = ((333, 217), (217, 334), (500, 375), (61, 47), (233, 232), (640, 24), (9, 120))
"""Odd and even, wide and tall, larger and smaller than the target, long strips; width, height."""


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One preset on one picture size."""

    name: str
    preprocessing: Preprocessing
    width: int
    height: int


def golden_cases() -> list[GoldenCase]:
    """The presets IMAGENET1K_V2 and IMAGENET1K_V1, the built-in model's and a bicubic one; V1 on two sizes only."""
    presets = {
        "v2": Preprocessing(resize=232, crop=224),
        "v1": Preprocessing(resize=256, crop=224),
        "built-in": Preprocessing(resize=72, crop=72),
        "bicubic": Preprocessing(resize=75, crop=64, interpolation=Interpolation.BICUBIC),
    }
    return [
        GoldenCase(f"{name}-{width}x{height}", preset, width, height)
        for name, preset in presets.items()
        for width, height in (SIZES[:2] if name == "v1" else SIZES)
    ]


def golden_picture(width: int, height: int) -> RgbImage:
    """A picture with slopes, edges at odd places and a little texture: (height, width, 3) uint8."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float64)
    slope = np.stack([across / width, down / height, (across + down) / (width + height)], axis=-1) * 200
    checks = (((across // 17) + (down // 13)) % 2)[..., None] * 40
    texture = ((across * 7 + down * 11) % 5)[..., None] * 3
    picture: RgbImage = (slope + checks + texture).astype(np.uint8)
    return picture


def main() -> None:
    """Write the file."""
    # Only here: the tests import this module and must not need torch.
    from PIL import Image  # noqa: PLC0415
    from torchvision.transforms import InterpolationMode  # noqa: PLC0415
    from torchvision.transforms._presets import ImageClassification  # noqa: PLC0415

    arrays = {}
    for case in golden_cases():
        preset = ImageClassification(
            crop_size=case.preprocessing.crop,
            resize_size=case.preprocessing.resize,
            mean=(0.0, 0.0, 0.0),
            std=(1.0, 1.0, 1.0),
            interpolation=InterpolationMode(case.preprocessing.interpolation.value),
        )
        unit = preset(Image.fromarray(golden_picture(case.width, case.height)))
        arrays[case.name] = np.rint(unit.permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    np.savez_compressed(GOLDEN, **arrays)


if __name__ == "__main__":
    main()
