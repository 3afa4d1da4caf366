"""Make occlusion maps: hide one place after another and see how much the logit falls.

Zeiler and Fergus (2014), section 4.2: a grey square slides over the picture. It asks the network itself and assumes
nothing of its structure, so it is there for models without any other map, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inference.arrays import EvidenceMap, Logits, RgbImage
from inference.attention.masking import CellMask, Filling, fill, hide, pixels_of
from inference.attention.runs import CopyRunner, SeenPicture


def occlusion(
    runner: CopyRunner,
    seen: SeenPicture,
    grid: tuple[int, int],
    subject: int,
    *,
    rival: int | None = None,
    reach: int = 0,
    filling: Filling = Filling.GREY,
) -> EvidenceMap:
    """How much a class's logit falls when each cell is hidden; one run for each cell.

    Runs on: the thread that owns the network.

    Args:
        runner: runs the changed pictures.
        seen: the picture and what the network said of it.
        grid: (h, w), how many cells; usually those of the feature map.
        subject: the class.
        rival: the lead over this class is measured, where given.
        reach: so many neighbours in each direction are hidden along with a cell (0: the cell alone).
        filling: what is put there.

    Returns:
        (h, w) float32 in logits; > 0 where hiding harms the class, < 0 where it helps.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run, or gives no valid numbers.
    """
    after = run_occluded(runner, seen, grid, reach=reach, filling=filling)
    return drop_map(seen.logits, after, grid, subject, rival=rival)


def run_occluded(
    runner: CopyRunner,
    seen: SeenPicture,
    grid: tuple[int, int],
    *,
    reach: int = 0,
    filling: Filling = Filling.GREY,
) -> Logits:
    """The runs of `occlusion`, which serve every class: (h w, C) float32, the logits with each cell hidden."""
    copies = _occluded(seen, grid, reach, fill(seen.image, filling, runner.preprocessing))
    return runner.run(copies, grid[0] * grid[1])


def drop_map(
    before: Logits, after: Logits, grid: tuple[int, int], subject: int, *, rival: int | None = None
) -> EvidenceMap:
    """The map of a class from the runs.

    Args:
        before: (C,) float32, the logits of the whole picture.
        after: (h w, C) float32 from `run_occluded`.
        grid: (h, w).
        subject: the class.
        rival: the lead over this class is measured, where given.
    """
    hidden = after.astype(np.float64)
    drop = float(before[subject]) - hidden[:, subject]
    if rival is not None:
        drop -= float(before[rival]) - hidden[:, rival]
    made: EvidenceMap = drop.reshape(grid).astype(np.float32)
    return made


def _occluded(seen: SeenPicture, grid: tuple[int, int], reach: int, filled: RgbImage) -> Iterator[RgbImage]:
    for row in range(grid[0]):
        for column in range(grid[1]):
            cells: CellMask = np.zeros(grid, np.bool_)
            cells[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = True
            yield hide(seen.image, pixels_of(cells, seen.size), filled)
