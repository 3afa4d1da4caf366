"""Nothing of the person's is written over: inputs, pictures, and files that are not ours."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.attention.picture import as_png
from inference.commands import targets
from inference.errors import OutputWriteError

ON_UNIX = pytest.mark.skipif(os.name == "nt", reason="links and pipes as Unix has them")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.new("RGB", (4, 4)).save(path)
    return path


@pytest.mark.parametrize(
    "require", [targets.require_rows_target, targets.require_map_target, targets.require_numbers_target]
)
def test_an_input_is_refused_under_any_of_its_names(
    require: object, tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(require)
    text = tmp_path / "list.txt"
    text.write_text("no picture")
    (tmp_path / "hard.txt").hardlink_to(text)
    monkeypatch.chdir(tmp_path)
    for target in (photo, Path("photo.png"), tmp_path / "." / "hard.txt"):
        with pytest.raises(OutputWriteError, match="one of the inputs"):
            require(target, [str(photo), str(text), "no-such-file"])
    with pytest.raises(OutputWriteError, match="it is a folder"):
        require(tmp_path, [])
    require(tmp_path / "new.npy", [str(photo), "no-such-file"])


def test_rows_never_replace_a_picture_wherever_it_lies(tmp_path: Path, photo: Path) -> None:
    nameless = tmp_path / "scan"
    nameless.write_bytes(photo.read_bytes())
    (tmp_path / "damaged.jpg").write_bytes(b"?")
    for name in ("photo.png", "scan", "damaged.jpg"):
        with pytest.raises(OutputWriteError, match="it is a picture"):
            targets.require_rows_target(tmp_path / name, [])
    (tmp_path / "rows.csv").write_text("path,width\n")
    targets.require_rows_target(tmp_path / "rows.csv", [])


@pytest.mark.parametrize("name", ["s.cardinal", "s.cardinal-wal", "s.cardinal.lock", "s.sidecars.jsonl", "S.CARDINAL"])
def test_rows_never_go_where_a_session_is_or_will_be(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for _ in range(2):
        with pytest.raises(OutputWriteError, match="it belongs to a session"):
            targets.require_rows_target(path, [])
        path.write_bytes(b"damaged")
    renamed = tmp_path / "labels of Monday"
    renamed.write_bytes(b"SQLite format 3\0 and so on")
    with pytest.raises(OutputWriteError, match="it belongs to a session"):
        targets.require_rows_target(renamed, [])


@ON_UNIX
def test_rows_never_go_through_a_link_to_where_a_session_will_be(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").symlink_to(tmp_path / "s.cardinal")
    with pytest.raises(OutputWriteError, match="it belongs to a session"):
        targets.require_rows_target(tmp_path / "rows.csv", [])


def test_a_map_replaces_maps_only(tmp_path: Path, photo: Path) -> None:
    ours = tmp_path / "map.png"
    ours.write_bytes(as_png(np.zeros((2, 2, 3), np.uint8)))
    targets.require_map_target(ours, [str(photo)])
    with pytest.raises(OutputWriteError, match="no map of Cardinal's"):
        targets.require_map_target(photo, [])


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"", b"[" * 100_000, b"\xff", b'{"class": 1, "method": 2}'])
def test_the_json_beside_the_numbers_must_be_ours(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(OutputWriteError, match=r"x\.json could not be written: .* not of Cardinal's making"):
        targets.require_numbers_target(tmp_path / "x.npy", [])


def test_our_own_json_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(dict.fromkeys(targets.MANIFEST_KEYS)))
    targets.require_numbers_target(tmp_path / "x.npy", [])


@ON_UNIX
def test_a_pipe_is_asked_nothing_and_a_link_is_what_it_leads_to(tmp_path: Path, photo: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    targets.require_rows_target(tmp_path / "pipe.png", [])
    targets.require_map_target(tmp_path / "pipe.png", [])
    (tmp_path / "link.csv").symlink_to(photo)
    with pytest.raises(OutputWriteError, match="it is a picture"):
        targets.require_rows_target(tmp_path / "link.csv", [])
