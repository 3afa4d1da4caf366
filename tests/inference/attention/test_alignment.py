"""Maps line up with the picture: on a network that answers to brightness the peak is the bright patch.

Every EXIF orientation, aspect ratios from 1:4 to 4:1, the centre crop and the whole picture, the evidence map and every
other kind of map; places are compared in upright original pixels and may be off by one cell at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import ExifTags, Image

from inference.attention.evidence import evidence_map
from inference.attention.finer import view_order
from inference.attention.making import InspectedPicture, make_map
from inference.attention.methods import Method
from inference.attention.picture import Caption, picture_with_map
from inference.attention.region import Box, ask_region, box_of_cells, cell_weights
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.preprocess import PreparedPicture, prepare_picture
from inference.engine.network import Head, Network
from inference.models.metadata import read_metadata
from tests.make_bright import BRIGHT, write_bright

SIZES = [(100, 400), (200, 400), (300, 300), (400, 200), (400, 100), (417, 131)]
ORIENTATIONS = range(1, 9)
# Where the patch is, as shares of what the network sees.
PLACES = [(0.2, 0.3), (0.8, 0.15), (0.45, 0.9)]

# How the stored picture is made from the upright one, so that the orientation's instruction leads back to it.
_STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture(scope="module")
def bright() -> Iterator[Network]:
    """The network that answers to brightness."""
    network = Network.open(BRIGHT, device="cpu")
    yield network
    network.close()


@pytest.fixture(scope="module")
def bright_head(bright: Network) -> Head:
    """Its linear layer."""
    assert bright.head is not None
    return bright.head


def _patch_side(size: tuple[int, int]) -> float:
    """In upright pixels: about a cell of the usual view."""
    return max(10.0, min(size) / 8)


def _patched(folder: Path, size: tuple[int, int], centre: tuple[float, float], orientation: int) -> str:
    """A dark picture with a bright patch around `centre` (upright pixels), stored in an EXIF orientation."""
    side = _patch_side(size)
    across, down = np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5
    inside = (np.abs(down - centre[1]) <= side / 2)[:, None] & (np.abs(across - centre[0]) <= side / 2)[None]
    upright = Image.fromarray(np.where(inside[..., None], 250, 20).astype(np.uint8).repeat(3, axis=2))
    stored = upright.transpose(_STORED_AS[orientation]) if orientation in _STORED_AS else upright
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    path = folder / f"{size[0]}x{size[1]}-{orientation}.png"
    stored.save(path, exif=exif)
    return str(path)


def _inspect(network: Network, prepared: PreparedPicture) -> InspectedPicture:
    outputs = network.run(prepared.input[None], features=True)
    assert outputs.features is not None
    return InspectedPicture(SeenPicture(prepared.input, outputs.logits[0]), outputs.features[0])


def _peak(contributions: np.ndarray, prepared: PreparedPicture) -> tuple[Box, tuple[float, float]]:
    """The strongest cell as a box in upright original pixels, uncut, and the size of a cell."""
    row, column = divmod(int(contributions.argmax()), contributions.shape[1])
    crop = prepared.crop
    wide = (crop.right - crop.left) / contributions.shape[1]
    tall = (crop.bottom - crop.top) / contributions.shape[0]
    left, top = crop.left + column * wide, crop.top + row * tall
    return Box(left, top, left + wide, top + tall), (wide, tall)


def _assert_on(contributions: np.ndarray, prepared: PreparedPicture, centre: tuple[float, float]) -> None:
    """The peak is within one cell of the patch's centre; of cells smaller than the patch, on the patch."""
    peak, (wide, tall) = _peak(contributions, prepared)
    side = _patch_side((prepared.facts.width, prepared.facts.height))
    assert abs((peak.left + peak.right) / 2 - centre[0]) <= max(wide, (wide + side) / 2 if side > wide else 0)
    assert abs((peak.top + peak.bottom) / 2 - centre[1]) <= max(tall, (tall + side) / 2 if side > tall else 0)


def _centre(size: tuple[int, int], place: tuple[float, float], network: Network, *, whole: bool) -> tuple[float, float]:
    """The patch's centre in upright pixels, at a place in what the network sees."""
    short, long = min(size), max(size)
    kept = 64 / 72
    seen = (size[0], size[1]) if whole else (short * kept, short * kept)
    assert long <= 8 * short
    assert network.contract.preprocessing.crop / network.contract.preprocessing.resize == kept
    return tuple(  # type: ignore[return-value]  # two numbers in, two numbers out
        (side - part) / 2 + part * share for side, part, share in zip(size, seen, place, strict=True)
    )


def test_the_script_makes_the_committed_file(tmp_path: Path) -> None:
    write_bright(tmp_path / "bright.onnx")
    assert onnx.load_model(tmp_path / "bright.onnx") == onnx.load_model(BRIGHT)
    assert read_metadata(tmp_path / "bright.onnx") == read_metadata(BRIGHT)


@pytest.mark.parametrize("whole", [False, True], ids=["crop", "whole"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_peak_is_on_the_patch(
    bright: Network, bright_head: Head, tmp_path: Path, size: tuple[int, int], whole: bool
) -> None:
    for orientation, place in product(ORIENTATIONS, PLACES):
        centre = _centre(size, place, bright, whole=whole)
        path = _patched(tmp_path, size, centre, orientation)
        prepared = prepare_picture(path, view_order(bright.contract.preprocessing, whole=whole))
        assert (prepared.facts.width, prepared.facts.height) == size
        picture = _inspect(bright, prepared)
        _assert_on(evidence_map(picture.features, bright_head.weight[0]), prepared, centre)


@pytest.mark.parametrize("factor", [2, 3])
def test_a_finer_view_lines_up_with_its_smaller_cells(
    bright: Network, bright_head: Head, tmp_path: Path, factor: int
) -> None:
    for size, place in product(SIZES, PLACES):
        centre = _centre(size, place, bright, whole=False)
        path = _patched(tmp_path, size, centre, 6)
        prepared = prepare_picture(path, view_order(bright.contract.preprocessing, factor=factor))
        picture = _inspect(bright, prepared)
        assert picture.grid == (8 * factor, 8 * factor)
        _assert_on(evidence_map(picture.features, bright_head.weight[0]), prepared, centre)


@pytest.mark.parametrize("method", list(Method))
def test_every_method_lines_up(bright: Network, bright_head: Head, tmp_path: Path, method: Method) -> None:
    size = (400, 200)
    centre = _centre(size, (0.8, 0.15), bright, whole=False)
    prepared = prepare_picture(_patched(tmp_path, size, centre, 8), view_order(bright.contract.preprocessing))
    picture = _inspect(bright, prepared)
    made = make_map(method, picture, bright_head, 0, runner=CopyRunner(bright))
    _assert_on(made, prepared, centre)


@pytest.mark.parametrize("whole", [False, True], ids=["crop", "whole"])
def test_a_region_around_the_patch_is_bright_and_another_is_dark(
    bright: Network, bright_head: Head, tmp_path: Path, whole: bool
) -> None:
    size = (417, 131)
    centre = _centre(size, (0.2, 0.3), bright, whole=whole)
    prepared = prepare_picture(
        _patched(tmp_path, size, centre, 5), view_order(bright.contract.preprocessing, whole=whole)
    )
    picture = _inspect(bright, prepared)
    box = Box(centre[0] - 8, centre[1] - 8, centre[0] + 8, centre[1] + 8)
    there = ask_region(picture.features, bright_head, cell_weights(box, prepared.crop, picture.grid))
    across = Box(417 - box.right, 131 - box.bottom, 417 - box.left, 131 - box.top)
    elsewhere = ask_region(picture.features, bright_head, cell_weights(across, prepared.crop, picture.grid))
    assert there is not None
    assert elsewhere is not None
    assert there.probabilities[0] > 0.5 > elsewhere.probabilities[0]
    contributions = evidence_map(picture.features, bright_head.weight[0])
    found = box_of_cells(contributions == contributions.max(), prepared.crop, size)
    assert found is not None
    assert not found.within(box).is_empty


def test_the_drawn_picture_is_warm_on_the_patch(bright: Network, bright_head: Head, tmp_path: Path) -> None:
    size = (200, 400)
    centre = _centre(size, (0.8, 0.15), bright, whole=False)
    prepared = prepare_picture(_patched(tmp_path, size, centre, 3), view_order(bright.contract.preprocessing))
    contributions = evidence_map(_inspect(bright, prepared).features, bright_head.weight[0])
    grey = np.full((200, 100, 3), 128, np.uint8)
    scale = float(contributions.max())
    drawn = picture_with_map(grey, contributions, prepared.crop, size, Caption("bright", scale, "m"))[:200]
    warmth = drawn[..., 0].astype(int) - drawn[..., 2]
    row, column = divmod(int(warmth.argmax()), 100)
    cell = (prepared.crop.right - prepared.crop.left) / contributions.shape[1]
    assert abs((column + 0.5) * 2 - centre[0]) <= cell
    assert abs((row + 0.5) * 2 - centre[1]) <= cell
