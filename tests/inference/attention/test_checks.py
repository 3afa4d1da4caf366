"""The badge is a real run without the strongest fifth of the cells."""

from __future__ import annotations

import numpy as np
import pytest

from inference.attention.checks import deletion_badge
from inference.attention.evidence import evidence_map
from inference.attention.masking import Filling, fill
from inference.attention.runs import CopyRunner
from inference.classify.postprocess import softmax
from inference.engine.network import Head, Network
from tests.inference.attention.conftest import Seen


@pytest.mark.parametrize("filling", list(Filling))
def test_the_badge_is_a_run_done_by_hand(
    built_in: Network, seen: tuple[Seen, ...], head: Head, filling: Filling
) -> None:
    one = seen[0]
    subject = int(one.logits.argmax())
    contributions = evidence_map(one.features, head.weight[subject])
    badge = deletion_badge(CopyRunner(built_in), one.picture, contributions, subject, filling=filling)
    filled, changed = fill(one.image, filling, built_in.contract.preprocessing), one.image.copy()
    for cell in np.argsort(-contributions.ravel(), kind="stable")[:16]:
        row, column = divmod(int(cell), 9)
        changed[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8] = filled[
            row * 8 : row * 8 + 8, column * 8 : column * 8 + 8
        ]
    assert badge.done.cells.sum() == 16
    assert badge.before == pytest.approx(float(softmax(one.logits)[subject]))
    assert badge.after == pytest.approx(float(softmax(built_in.run(changed[None]).logits[0])[subject]), abs=1e-5)
    assert badge.is_borne_out is (badge.after < badge.before)


def test_the_strongest_cells_matter_more_than_the_weakest(
    built_in: Network, seen: tuple[Seen, ...], head: Head
) -> None:
    falls = []
    for sign in (1, -1):
        for one in seen:
            subject = int(one.logits.argmax())
            contributions = sign * evidence_map(one.features, head.weight[subject])
            badge = deletion_badge(CopyRunner(built_in), one.picture, contributions, subject)
            falls.append(badge.before - badge.after)
    assert sum(falls[:3]) > sum(falls[3:])
