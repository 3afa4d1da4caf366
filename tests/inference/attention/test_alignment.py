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

from inference.attention.evidence import evidence_map
from inference.attention.finer import view_order
from inference.attention.making import InspectedPicture, make_map
from inference.attention.methods import Method
from inference.attention.picture import map_over
from inference.attention.region import Box, ask_region, box_of_cells, cell_weights
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.preprocess import PreparedPicture, prepare_picture
from inference.engine.network import Head, Network
from inference.models.metadata import read_metadata
from tests.inference.attention.patches import ORIENTATIONS, PLACES, SIZES, centre_of, patched, reach
from tests.make_bright import BRIGHT, write_bright


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
    size = (prepared.facts.width, prepared.facts.height)
    assert abs((peak.left + peak.right) / 2 - centre[0]) <= reach(size, wide)
    assert abs((peak.top + peak.bottom) / 2 - centre[1]) <= reach(size, tall)


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
        centre = centre_of(size, place, bright.contract.preprocessing, whole=whole)
        path = patched(tmp_path, size, centre, orientation)
        prepared = prepare_picture(path, view_order(bright.contract.preprocessing, whole=whole))
        assert (prepared.facts.width, prepared.facts.height) == size
        picture = _inspect(bright, prepared)
        _assert_on(evidence_map(picture.features, bright_head.weight[0]), prepared, centre)


@pytest.mark.parametrize("whole", [False, True], ids=["crop", "whole"])
@pytest.mark.parametrize("factor", [2, 3])
def test_a_finer_view_lines_up_with_its_smaller_cells(
    bright: Network, bright_head: Head, tmp_path: Path, factor: int, whole: bool
) -> None:
    for size, place in product(SIZES, PLACES):
        centre = centre_of(size, place, bright.contract.preprocessing, whole=whole)
        path = patched(tmp_path, size, centre, 6)
        prepared = prepare_picture(path, view_order(bright.contract.preprocessing, factor=factor, whole=whole))
        picture = _inspect(bright, prepared)
        assert max(picture.grid) >= 8 * factor
        _assert_on(evidence_map(picture.features, bright_head.weight[0]), prepared, centre)


@pytest.mark.parametrize("whole", [False, True], ids=["crop", "whole"])
@pytest.mark.parametrize("method", list(Method))
def test_every_method_lines_up(bright: Network, bright_head: Head, tmp_path: Path, method: Method, whole: bool) -> None:
    for size, orientation in [((400, 200), 8), ((100, 400), 5), ((400, 100), 7)]:
        centre = centre_of(size, (0.8, 0.15), bright.contract.preprocessing, whole=whole)
        path = patched(tmp_path, size, centre, orientation)
        prepared = prepare_picture(path, view_order(bright.contract.preprocessing, whole=whole))
        picture = _inspect(bright, prepared)
        made = make_map(method, picture, bright_head, 0, runner=CopyRunner(bright))
        _assert_on(made, prepared, centre)


@pytest.mark.parametrize("whole", [False, True], ids=["crop", "whole"])
def test_a_region_around_the_patch_is_bright_and_another_is_dark(
    bright: Network, bright_head: Head, tmp_path: Path, whole: bool
) -> None:
    size = (417, 131)
    centre = centre_of(size, (0.2, 0.3), bright.contract.preprocessing, whole=whole)
    prepared = prepare_picture(
        patched(tmp_path, size, centre, 5), view_order(bright.contract.preprocessing, whole=whole)
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
    centre = centre_of(size, (0.8, 0.15), bright.contract.preprocessing)
    prepared = prepare_picture(patched(tmp_path, size, centre, 3), view_order(bright.contract.preprocessing))
    contributions = evidence_map(_inspect(bright, prepared).features, bright_head.weight[0])
    grey = np.full((200, 100, 3), 128, np.uint8)
    scale = float(contributions.max())
    drawn = map_over(grey, contributions, prepared.crop, size, scale)
    warmth = drawn[..., 0].astype(int) - drawn[..., 2]
    row, column = divmod(int(warmth.argmax()), 100)
    cell = (prepared.crop.right - prepared.crop.left) / contributions.shape[1]
    assert abs((column + 0.5) * 2 - centre[0]) <= cell
    assert abs((row + 0.5) * 2 - centre[1]) <= cell
