"""Split labelled images into lists for training, validation and test: stratified, and the same for the same seed."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.errors import OutputWriteError
from inference.exports.row_paths import clean_text, path_bytes, path_text, relative_path
from inference.files import replacing
from inference.pictures.regular_file import open_regular
from inference.sessions.records import LabelledImage

PARTS = ("train", "val", "test")

MAGIC = "# cardinal split 1"
"""First line of every list."""

_FEW = 2
"""A class of so few different images or fewer is not split: its images all go to the first part that has a share."""


@dataclass(frozen=True, slots=True)
class Splits:
    """Three lists of images.

    Attributes:
        train: sorted by path, as the others.
        val: likewise.
        test: likewise.
        shares: of the three, 0...1.
        seed: that was used.
        undivided: classes with so few different images that all of them went to one part.
    """

    train: tuple[LabelledImage, ...]
    val: tuple[LabelledImage, ...]
    test: tuple[LabelledImage, ...]
    shares: tuple[float, float, float]
    seed: int
    undivided: tuple[str, ...]

    @property
    def parts(self) -> tuple[tuple[LabelledImage, ...], ...]:
        """The lists in the order of `PARTS`."""
        return (self.train, self.val, self.test)


def split(
    images: Iterable[LabelledImage], shares: tuple[float, float, float] = (0.8, 0.1, 0.1), *, seed: int = 0
) -> Splits:
    """Split images; those without a label are left out.

    Every class is split by itself, its images rounded by largest remainders; a class of one or two different images
    goes to the first part that has a share. Images with the same content stay together (with the class that most of
    them have, should their labels differ), so a picture of the test list is in no other list under another name.
    The order of the input does not matter.

    Raises:
        ValueError: `shares` are not three numbers from 0 that add up to 1.
    """
    if len(shares) != len(PARTS) or not all(math.isfinite(share) and share >= 0 for share in shares):
        raise ValueError("The shares must be three numbers from 0 to 1.")
    if not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise ValueError("The shares must add up to 1.")
    groups: dict[bytes, list[LabelledImage]] = {}
    for image in images:
        if image.label:
            groups.setdefault(image.content_hash or os.fsencode(image.path), []).append(image)
    classes: dict[str, list[bytes]] = {}
    for name, group in groups.items():
        classes.setdefault(_class_of(group), []).append(name)
    parts: tuple[list[LabelledImage], ...] = ([], [], [])
    undivided: list[str] = []
    for label in sorted(classes):
        names = sorted(classes[label], key=lambda name: (-len(groups[name]), _lot(seed, name)))
        if len(names) <= _FEW:
            undivided.append(label)
        for name, part in zip(names, _parts_of([len(groups[name]) for name in names], shares), strict=True):
            parts[part].extend(groups[name])
    train, val, test = (tuple(sorted(part, key=lambda image: os.fsencode(image.path))) for part in parts)
    return Splits(train, val, test, shares, seed, tuple(undivided))


def _class_of(group: Sequence[LabelledImage]) -> str:
    counts = Counter(image.label for image in group)
    return min(counts, key=lambda label: (-counts[label], label))


def _lot(seed: int, name: bytes) -> bytes:
    """What a group draws: as good as random, but the same on every machine and in every order."""
    return hashlib.sha256(f"{seed}:".encode() + name).digest()


def _parts_of(sizes: Sequence[int], shares: Sequence[float]) -> list[int]:
    """The part of each group of one class: the part that lacks most takes the next."""
    if len(sizes) <= _FEW:
        first = next(part for part, share in enumerate(shares) if share > 0)
        return [first] * len(sizes)
    lacking = _largest_remainders(sum(sizes), shares)
    chosen: list[int] = []
    for size in sizes:
        part = max(range(len(shares)), key=lambda one: (lacking[one], shares[one], -one))
        lacking[part] -= size
        chosen.append(part)
    return chosen


def _largest_remainders(count: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers in the proportion of `shares` that add up to `count`."""
    # Rounded: 10 x 0.1 x 3 must not gain a remainder from binary fractions.
    quotas = [round(count * share, 9) for share in shares]
    counts = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(shares)), key=lambda part: (counts[part] - quotas[part], part))
    for part in by_remainder[: count - sum(counts)]:
        counts[part] += 1
    return counts


def write_splits(splits: Splits, target: Path, root: str | None = None) -> list[Path]:
    """Write `train.txt`, `val.txt` and `test.txt` into a folder; returns their paths.

    A head of comments (#) gives seed, shares and counts. A line holds path and label with a tab between; a cell with a
    tab, a quotation mark or a line end is quoted as in CSV, and so is a path that begins with "#". A path that is not
    UTF-8 has its bytes in hexadecimal digits in a third cell.

    Args:
        splits: the lists.
        target: the folder, which is made where only it is missing.
        root: paths below it are written relative to it.

    Raises:
        OutputWriteError: a list could not be written, or would replace a file that is no list of ours. Each list is
            the old one or the new one, never a part of it.
    """
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputWriteError(str(target), f"{error.strerror or error}.") from error
    paths = [target / f"{part}.txt" for part in PARTS]
    for path in paths:
        _require_own_list(path)
    with contextlib.ExitStack() as stack:
        # All are on the disk before the first gets its name.
        files = [stack.enter_context(replacing(path)) for path in paths]
        for file, part, images in zip(files, PARTS, splits.parts, strict=True):
            file.write((_head(splits, part) + _lines(images, root)).encode())
    return paths


def _require_own_list(path: Path) -> None:
    """Refuse to replace a list that somebody else made.

    Raises:
        OutputWriteError: it is none of ours.
    """
    if not os.path.lexists(path):
        return
    try:
        with open(open_regular(str(path)), "rb") as file:  # noqa: PTH123 - a descriptor
            is_ours = file.read(len(MAGIC)) == MAGIC.encode()
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error
    if not is_ours:
        raise OutputWriteError(str(path), "it is there already and is not of Cardinal's making. Choose another folder.")


def _head(splits: Splits, part: str) -> str:
    by_class = [Counter(image.label for image in images) for images in splits.parts]
    lines = [
        MAGIC,
        f"# part {part}",
        f"# seed {splits.seed}",
        f"# shares {_named(f'{share:g}' for share in splits.shares)}",
        f"# images {_named(str(len(images)) for images in splits.parts)}",
    ]
    lines += [
        f"# class {json.dumps(label)} {_named(str(counts[label]) for counts in by_class)}"
        for label in sorted(set().union(*by_class))
    ]
    return "".join(f"{line}\n" for line in lines)


def _named(values: Iterable[str]) -> str:
    """One value for each part: "train 8 val 1 test 1"."""
    return " ".join(f"{name} {value}" for name, value in zip(PARTS, values, strict=True))


def _lines(images: Sequence[LabelledImage], root: str | None) -> str:
    buffer = io.StringIO()
    plain = csv.writer(buffer, delimiter="\t", lineterminator="\n")
    quoted = csv.writer(buffer, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL)
    for image in images:
        path = relative_path(image.path, root)
        cells = [path_text(path), clean_text(image.label), *filter(None, [path_bytes(path)])]
        # A reader takes a bare "#" for a comment; the module quotes a bare "\r" only where it ends lines.
        needs_quotes = cells[0].startswith("#") or any("\r" in cell for cell in cells)
        (quoted if needs_quotes else plain).writerow(cells)
    return buffer.getvalue()
