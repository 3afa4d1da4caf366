"""Carry what a person says about a new model to the process that makes it."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from inference.models.contract import MAX_SIDE_PX, Label, Preprocessing
from inference.models.labels import read_labels


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a person says about a model that is being added; None and empty mean "see the file".

    Attributes:
        name: by which the model will be asked for.
        title: what a person reads.
        network: torchvision's name of an official network, with `version`.
        version: "V1" or "V2" of the official weights.
        labels: file with the class list.
        mean: per channel, of RGB in 0...1.
        std: per channel, likewise.
        resize: shorter side after resizing, in pixels.
        crop: side of the square that the network sees, in pixels.
    """

    name: str
    title: str = ""
    network: str = ""
    version: str = ""
    labels: Path | None = None
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    resize: int | None = None
    crop: int | None = None

    def to_arguments(self) -> list[str]:
        """The command-line arguments that `request_from` reads back."""
        words = [f"--name={self.name}", f"--title={self.title}"]
        if self.network:
            words += [f"--model={self.network}", f"--version={self.version}"]
        if self.labels is not None:
            words.append(f"--labels={self.labels}")
        for option, triple in (("--mean", self.mean), ("--std", self.std)):
            if triple is not None:
                words.append(f"{option}={','.join(repr(value) for value in triple)}")
        for option, number in (("--resize", self.resize), ("--crop", self.crop)):
            if number is not None:
                words.append(f"{option}={number}")
        return words

    def read_labels(self) -> tuple[Label, ...] | None:
        """The class list of the file that was named, None when none was.

        Raises:
            ModelLoadError: if it holds no class list.
        """
        return None if self.labels is None else read_labels(self.labels)

    def preprocessing(self, usual: Preprocessing) -> Preprocessing | None:
        """`usual` with everything that the person said; None when nothing was said.

        What is not said stays usual; a crop without a resize keeps their usual ratio.
        """
        if self.mean is None and self.std is None and self.resize is None and self.crop is None:
            return None
        crop = self.crop or (min(usual.crop, self.resize) if self.resize else usual.crop)
        return Preprocessing(
            resize=self.resize or max(crop, min(MAX_SIDE_PX, round(crop * usual.resize / usual.crop))),
            crop=crop,
            interpolation=usual.interpolation,
            antialias=usual.antialias,
            mean=self.mean or usual.mean,
            std=self.std or usual.std,
            # Whoever names one number has looked at them.
            assumed=False,
        )


def add_request_arguments(parser: argparse.ArgumentParser) -> None:
    """Teach `parser` the arguments of a `ModelRequest`."""
    parser.add_argument("--name", default="", help="by which the model will be asked for")
    parser.add_argument("--title", default="", help="what a person reads")
    parser.add_argument("--model", default="", help="official network, resnext50_32x4d for example")
    parser.add_argument("--version", default="", help="of the official weights: V1 or V2")
    add_description_arguments(parser)


def add_description_arguments(parser: argparse.ArgumentParser) -> None:
    """Teach `parser` the arguments that describe classes and preprocessing."""
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="class list, one name for each line, in class order"
    )
    for name in ("mean", "std"):
        parser.add_argument(f"--{name}", type=_triple, metavar="R,G,B", help=f"{name} of each channel, of RGB in 0...1")
    parser.add_argument("--resize", type=_pixels, metavar="PIXELS", help="shorter side after resizing")
    parser.add_argument("--crop", type=_pixels, metavar="PIXELS", help="side of the square that the network sees")


def request_from(arguments: argparse.Namespace) -> ModelRequest:
    """The request that was parsed."""
    return ModelRequest(
        name=arguments.name,
        title=arguments.title,
        network=arguments.model,
        version=arguments.version,
        labels=arguments.labels,
        mean=arguments.mean,
        std=arguments.std,
        resize=arguments.resize,
        crop=arguments.crop,
    )


def _pixels(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_SIDE_PX:
        raise argparse.ArgumentTypeError(f"{number} is not a number of pixels from 1 to {MAX_SIDE_PX}")
    return number


def _triple(text: str) -> tuple[float, float, float]:
    try:
        red, green, blue = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers with commas between them") from error
    return red, green, blue
