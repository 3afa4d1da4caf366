"""Windows and commands take the same images along."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.exports.folder_plan import FolderOptions
from inference.exports.selection import Include, Selection
from inference.exports.session_content import common_folder, images_for_folders, images_for_sidecars
from inference.exports.sidecar_journal import SidecarJournal
from inference.exports.sidecar_plan import SidecarOptions
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState
from tests.inference.exports.labelled import PREDICTIONS, labelled, without_label

IMAGES = [
    labelled(1, "/p/1.jpg", "jay"),
    labelled(2, "/p/2.jpg", "wren"),
    without_label(3, "/p/3.jpg", ImageState.UNSURE),
    without_label(4, "/p/4.jpg", ImageState.REJECTED),
    without_label(5, "/p/5.jpg", ImageState.SUGGESTED, predictions=PREDICTIONS),
    without_label(6, "/p/6.jpg", ImageState.QUEUED),
]


def _taken(images: object) -> list[tuple[int, str]]:
    return [(image.key, image.label) for image in images]  # type: ignore[attr-defined]  # an iterable of images


@pytest.mark.parametrize(
    ("sources", "common"),
    [([], None), (["/a/x"], "/a/x"), (["/a/x", "/a/y"], "/a"), (["/a", "/b"], "/"), (["a", "/b"], None)],
)
def test_what_folders_have_in_common(sources: list[str], common: str | None) -> None:
    assert common_folder(sources) == common


def test_skipped_images_have_a_folder_where_that_is_wanted() -> None:
    only_jays = Selection(labels=frozenset({"jay"}))
    assert _taken(images_for_folders(IMAGES, only_jays, FolderOptions())) == [(1, "jay")]
    assert _taken(images_for_folders(IMAGES, only_jays, FolderOptions(unsure_folder=True))) == [(1, "jay"), (3, "")]


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), [(1, "jay"), (2, "wren"), (4, ""), (5, "")]),
        (Selection(Include.SUGGESTED), [(1, "jay"), (2, "wren"), (4, ""), (5, "magpie")]),
        (Selection(Include.EVERYTHING, 0.9), [(1, "jay"), (2, "wren"), (4, ""), (5, "")]),
        (Selection(labels=frozenset({"jay"})), [(1, "jay")]),
    ],
)
def test_only_sidecars_that_this_session_wrote_are_taken_back(
    tmp_path: Path, selection: Selection, taken: list[tuple[int, str]]
) -> None:
    journal = tmp_path / "s.sidecars.jsonl"
    with SidecarJournal.appending(journal) as notes:
        for number in (2, 4, 5):
            notes.note(f"/p/{number}.jpg.xmp", made=True)
    assert _taken(images_for_sidecars(IMAGES, selection, SidecarOptions(), journal)) == taken


def test_without_a_list_nothing_is_taken_back(tmp_path: Path) -> None:
    images: list[LabelledImage] = [*IMAGES]
    assert _taken(images_for_sidecars(images, Selection(), SidecarOptions(), tmp_path / "none")) == [
        (1, "jay"),
        (2, "wren"),
    ]
