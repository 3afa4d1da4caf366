"""Overlays: one for each picture, in a file that nobody had; a failed one costs itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inference.attention.picture import as_png
from inference.commands.overlays import OverlayWriter, overlay_name, without_own_maps
from inference.commands.targets import is_our_map
from inference.pictures.decode_pool import DecodePool
from inference.results import Classification, CropGeometry, PictureFacts, Prediction

MAP = as_png(np.zeros((2, 2, 3), np.uint8))


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool.open(workers=1) as pool:
        yield pool


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def overlays(tmp_path: Path, pool: DecodePool, told: list[str]) -> Callable[..., OverlayWriter]:
    def make(inputs: tuple[str, ...] = ()) -> OverlayWriter:
        folder = tmp_path / "maps"
        folder.mkdir(exist_ok=True)
        return OverlayWriter(folder, pool, 1.0, inputs=inputs, tell=told.append)

    return make


def _picture(path: Path) -> Classification:
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.new("RGB", (30, 20), "red").save(path, "PNG")
    return _classification(str(path))


def _classification(path: str) -> Classification:
    return Classification(
        path=path,
        facts=PictureFacts(30, 20, "PNG", 100),
        crop=CropGeometry(5, 0, 25, 20),
        predictions=(Prediction(0, "red", 1.0, 3.0),),
        evidence=np.ones((1, 3, 3), np.float32),
        model="tiny",
        device="cpu",
        precision="float32",
    )


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_equal_names_get_numbers_and_another_run_replaces_its_own(
    tmp_path: Path, overlays: Callable[..., OverlayWriter]
) -> None:
    pictures = [_picture(tmp_path / folder / "p.png") for folder in "abc"]
    for _ in range(2):
        writer = overlays()
        for picture in pictures:
            writer.write(picture)
        writer.finish()
        assert writer.failed == 0
        assert _names(tmp_path / "maps") == ["p.png (2).png", "p.png (3).png", "p.png.png"]
    assert all(is_our_map(str(path)) for path in (tmp_path / "maps").iterdir())


def test_somebodys_file_is_never_replaced_and_neither_is_an_input_that_is_a_map(
    tmp_path: Path, overlays: Callable[..., OverlayWriter]
) -> None:
    mine = _picture(tmp_path / "maps" / "cat.png")
    given = tmp_path / "maps" / "dog.png"
    given.write_bytes(MAP)
    before = {path: path.read_bytes() for path in (tmp_path / "maps").iterdir()}
    writer = overlays((str(given),))
    for name in ("cat", "dog"):
        writer.write(_picture(tmp_path / "in" / name))
    writer.finish()
    assert mine.path in map(str, before)
    assert {path: path.read_bytes() for path in before} == before
    assert set(_names(tmp_path / "maps")) - {path.name for path in before} == {"cat (2).png", "dog (2).png"}


@pytest.mark.skipif(os.name == "nt", reason="links as Unix has them")
def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path, overlays: Callable[..., OverlayWriter]) -> None:
    (tmp_path / "elsewhere.png").write_bytes(MAP)
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "p.png").symlink_to(tmp_path / "elsewhere.png")
    writer = overlays()
    writer.write(_picture(tmp_path / "in" / "p"))
    writer.finish()
    assert (tmp_path / "elsewhere.png").read_bytes() == MAP
    assert (tmp_path / "maps" / "p (2).png").is_file()


def test_a_failed_overlay_is_told_and_counted_and_the_others_are_written(
    tmp_path: Path, overlays: Callable[..., OverlayWriter], told: list[str]
) -> None:
    writer = overlays()
    gone = _picture(tmp_path / "gone.png")
    os.unlink(gone.path)  # noqa: PTH108
    writer.write(gone)
    for number in range(5):
        writer.write(_picture(tmp_path / f"{number}.png"))
    writer.finish()
    assert writer.failed == 1
    assert told == [f"{gone.path} has no overlay: The file does not exist."]
    assert len(_names(tmp_path / "maps")) == 5


def test_a_folder_that_vanishes_costs_the_overlays_only(
    tmp_path: Path, overlays: Callable[..., OverlayWriter], told: list[str]
) -> None:
    writer = overlays()
    (tmp_path / "maps").rmdir()
    writer.write(_picture(tmp_path / "p.png"))
    writer.finish()
    assert writer.failed == 1
    assert "could not be written: No such file or directory" in told[0]


@given(st.binary(min_size=1, max_size=255).map(os.fsdecode), st.integers(1, 10**6))
def test_every_name_is_short_enough_and_ends_in_png(base: str, number: int) -> None:
    name = overlay_name(base, number)
    assert len(os.fsencode(name)) <= 255
    assert name.endswith(".png")


def test_the_longest_names_keep_their_suffix(tmp_path: Path, overlays: Callable[..., OverlayWriter]) -> None:
    writer = overlays()
    for last in "ab":
        writer.write(_picture(tmp_path / ("x" * 250 + f"{last}.png")))
    writer.finish()
    names = _names(tmp_path / "maps")
    assert writer.failed == 0
    assert len(names) == 2
    assert names[0].endswith(".png (2).png")
    assert names[1].endswith("x.png.png")


def test_the_scan_leaves_out_our_maps_in_the_folder_for_overlays_and_nothing_else(tmp_path: Path) -> None:
    for folder in ("maps", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "map.png").write_bytes(MAP)
        _picture(tmp_path / folder / "photo.png")
    (tmp_path / "maps" / "named.png").write_bytes(MAP)
    names = ["maps/map.png", "maps/named.png", "maps/photo.png", "other/map.png", "other/photo.png"]
    paths = [str(tmp_path / name) for name in names]
    kept = without_own_maps(iter(paths), str(tmp_path / "maps"), [paths[1]])
    assert list(kept) == paths[1:]
