"""Say which images of a session an export holds and what its paths are relative to, for windows and commands alike."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from inference.exports.folder_plan import FolderOptions
from inference.exports.selection import Selection, selected
from inference.exports.sidecar_journal import read_journal
from inference.exports.sidecar_plan import SidecarOptions, sidecar_path
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState


def common_folder(sources: Sequence[str]) -> str | None:
    """What the folders of a session have in common: paths in rows are relative to it. None where there is nothing."""
    try:
        return os.path.commonpath(sources) if sources else None
    except ValueError:
        # Folders on several drives.
        return None


def images_for_folders(
    images: Iterable[LabelledImage], selection: Selection, options: FolderOptions
) -> Iterator[LabelledImage]:
    """The images that were asked for, and those that were skipped on purpose where they get a folder of their own."""
    for image in images:
        if options.unsure_folder and image.state is ImageState.UNSURE:
            yield image
        else:
            yield from selected([image], selection)


def images_for_sidecars(
    images: Iterable[LabelledImage], selection: Selection, options: SidecarOptions, journal: Path
) -> Iterator[LabelledImage]:
    """The images that were asked for, and, without a label, those whose label was written earlier and is gone.

    Only sidecars that `journal` names are about the latter: what another session or another person's program wrote
    with our root tag is none of our business. Where only certain labels were asked for, nothing is taken back.

    Raises:
        OutputWriteError: the journal is there and cannot be read.
    """
    written = frozenset(read_journal(journal).sidecars)
    for image in images:
        chosen = next(selected([image], replace(selection, labels=None)), None)
        if chosen is not None and chosen.label:
            if selection.labels is None or chosen.label in selection.labels:
                yield chosen
        elif selection.labels is None and sidecar_path(image.path, options.naming) in written:
            yield replace(image, label="", source=None, score=None)
