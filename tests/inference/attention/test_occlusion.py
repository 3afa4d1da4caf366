"""Occlusion against a plain loop: hide, run one picture, subtract."""

from __future__ import annotations

import pytest

from inference.attention.masking import Filling, fill
from inference.attention.occlusion import occlusion
from inference.attention.runs import CopyRunner
from inference.engine.network import Network
from tests.inference.attention.conftest import Seen


@pytest.mark.parametrize(("reach", "rival"), [(0, None), (1, None), (0, 7)])
def test_a_plain_loop_finds_the_same(built_in: Network, seen: tuple[Seen, ...], reach: int, rival: int | None) -> None:
    one = seen[0]
    subject = int(one.logits.argmax())
    told: list[tuple[int, int]] = []
    runner = CopyRunner(built_in, on_progress=lambda done, total: told.append((done, total)))
    made = occlusion(runner, one.picture, (9, 9), subject, rival=rival, reach=reach, filling=Filling.BLUR)
    assert told[-1] == (81, 81)
    filled = fill(one.image, Filling.BLUR, built_in.contract.preprocessing)
    for row, column in [(0, 0), (4, 4), (8, 3), (2, 8)]:
        changed = one.image.copy()
        rows = slice(max(0, row - reach) * 8, (row + reach + 1) * 8)
        columns = slice(max(0, column - reach) * 8, (column + reach + 1) * 8)
        changed[rows, columns] = filled[rows, columns]
        after = built_in.run(changed[None]).logits[0]
        drop = one.logits[subject] - after[subject]
        if rival is not None:
            drop -= one.logits[rival] - after[rival]
        assert made[row, column] == pytest.approx(float(drop), abs=1e-3)


def test_another_grid_than_the_feature_maps(built_in: Network, seen: tuple[Seen, ...]) -> None:
    made = occlusion(CopyRunner(built_in), seen[1].picture, (3, 2), int(seen[1].logits.argmax()))
    assert made.shape == (3, 2)
    assert made.max() > 0
