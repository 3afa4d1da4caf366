"""Compare what the network says of pictures that were decoded smaller with what it says of full decodings.

    uv run python -m tests.benchmarks.decode_agreement PHOTOS [--model NAME] [--parts 8] [--sizes 500x375 ...]

PHOTOS is a folder of JPEGs. From each, `--parts` pictures are made (another part of it each, some mirrored), in each of
some sizes; each is decoded by each rule. Prints the table of docs/decisions/0006.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.arrays import Logits, RgbImage
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.devices import Device
from inference.engine.network import Network
from inference.models.catalog import default_model_name, find_model
from inference.profile import Profile
from tests.benchmarks.decode_work import RuleOrder, prepare_by_rule

_SHARE = 0.6
_QUALITIES = (80, 95)
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Compared:
    """A rule against full decoding, over many pictures.

    Attributes:
        largest, mean: difference of the inputs, in levels of 255.
        agreeing: pictures with the same first class.
        margins: of the full decoding's first class to its second, in probability, where they differ.
    """

    largest: int
    mean: float
    agreeing: int
    margins: tuple[float, ...]

    def __str__(self) -> str:
        total = self.agreeing + len(self.margins)
        worst = f"{max(self.margins):.1%}" if self.margins else ""
        return f"{self.largest} | {self.mean:.2f} | {self.agreeing} of {total} ({self.agreeing / total:.1%}) | {worst}"


def parts(photos: Sequence[Path], folder: Path, size: tuple[int, int], each: int) -> Iterator[str]:
    """JPEG files of `size`, each another part of a photograph; always the same ones."""
    chance = random.Random(0)  # noqa: S311 - the same pictures everywhere, not a secret
    for number, photo in enumerate(photos):
        with Image.open(photo) as opened:
            image = opened.convert("RGB")
        for part in range(each):
            scale = min(image.width / size[0], image.height / size[1]) * chance.uniform(_SHARE, 1)
            width, height = size[0] * scale, size[1] * scale
            left, top = chance.uniform(0, image.width - width), chance.uniform(0, image.height - height)
            made = image.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))
            if chance.random() < 1 / 2:
                made = made.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            target = folder / f"{size[0]}-{number}-{part}.jpg"
            made.save(target, quality=chance.randint(*_QUALITIES))
            yield str(target)


def compare(network: Network, paths: Sequence[str], *, floor: bool) -> Compared:
    """Decode by the program's rule, or by none but the model's, and fully."""
    rule = network.contract.preprocessing
    whole = [prepare_by_rule(path, RuleOrder(rule, None))[0] for path in paths]
    if floor:
        small = [prepare_picture(path, PrepareOrder(rule)).input for path in paths]
    else:
        order = RuleOrder(rule, 2 * rule.resize)
        small = [prepare_by_rule(path, order)[0] for path in paths]
    difference = np.abs(np.stack(small).astype(np.int16) - np.stack(whole))
    reference, seen = _logits(network, whole), _logits(network, small)
    margins = _margins(reference)
    differing = np.flatnonzero(reference.argmax(axis=1) != seen.argmax(axis=1))
    return Compared(
        int(difference.max()),
        float(difference.mean()),
        len(paths) - len(differing),
        tuple(float(margins[place]) for place in differing),
    )


def _logits(network: Network, inputs: Sequence[RgbImage]) -> Logits:
    rest = iter(inputs)
    batches = iter(lambda: list(islice(rest, _BATCH)), [])
    return np.concatenate([network.run(np.stack(batch), evidence=False).logits for batch in batches])


def _margins(logits: Logits) -> NDArray[np.floating]:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    ordered = np.sort(shares / shares.sum(axis=1, keepdims=True), axis=1)
    margins: NDArray[np.floating] = ordered[:, -1] - ordered[:, -2]
    return margins


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--sizes", nargs="+", default=["500x375", "640x480", "1024x768", "4000x3000"])
    wanted = parser.parse_args(arguments)
    photos = sorted(path for path in wanted.photos.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})
    profile = Profile.default()
    model = find_model(wanted.model or default_model_name(profile), profile)
    say = sys.stdout.write
    say("| pictures | rule | largest difference | mean | same first class | largest margin |\n")
    say("|---|---|---|---|---|---|\n")
    with closing(Network.open(model.path, device=Device.CPU)) as network:
        for words in wanted.sizes:
            width, height = map(int, words.split("x"))
            with tempfile.TemporaryDirectory() as folder:
                paths = list(parts(photos, Path(folder), (width, height), wanted.parts))
                for floor, name in ((True, "the program's"), (False, "without its floor")):
                    found = compare(network, paths, floor=floor)
                    say(f"| {len(paths)} of {words} | {name} | {found} |\n")
                    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
