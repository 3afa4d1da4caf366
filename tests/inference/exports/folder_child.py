"""Export pictures into class folders, in a process that may be killed: `python -m ... PICTURES TARGET COUNT`."""

from __future__ import annotations

import sys
from pathlib import Path

from inference.cancel import CancelToken
from inference.exports.folder_plan import FolderOptions
from inference.exports.folders import carry_out, plan_folders
from inference.sessions.marks import LabelSource
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState


def images_below(pictures: Path, count: int) -> list[LabelledImage]:
    """`count` labelled images, of seven classes."""
    return [
        LabelledImage(
            key=number,
            path=f"{pictures}/{number}.jpg",
            state=ImageState.CORRECTED,
            label=f"class {number % 7}",
            source=LabelSource.CORRECTED,
        )
        for number in range(count)
    ]


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    images = images_below(Path(sys.argv[1]), int(sys.argv[3]))
    carry_out(plan_folders(images, Path(sys.argv[2]), FolderOptions()), CancelToken())
