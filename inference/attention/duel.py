"""Ask why one class and not another: one signed map whose cells and bias gap add up to the gap of the two logits.

`logit_a - logit_b = (b_a - b_b) + sum over cells ((W_a - W_b) . A(cell) / (h w))`: the class activation map of Zhou et
al. (2016), eq. 2, of the difference of two rows of the head. `inference.attention.turning` asks which cells decide it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.arrays import EvidenceMap, Features, Logits
from inference.attention.evidence import Ledger, evidence_map, ledger
from inference.engine.network import Head


@dataclass(frozen=True, slots=True)
class Duel:
    """One class against another in one picture, in logits.

    Attributes:
        subject: the class that is asked about.
        rival: the class that it is compared with.
        contributions: (h, w) float32; > 0 where a cell speaks for the subject rather than the rival.
        account: the cells for and against, the gap of the biases, and the gap of the logits that they add up to.
    """

    subject: int
    rival: int
    contributions: EvidenceMap
    account: Ledger

    @property
    def gap(self) -> float:
        """How far the subject's logit is ahead; negative where the rival leads."""
        return self.account.logit

    def turned_round(self) -> Duel:
        """The same duel, asked from the rival's side."""
        own = self.account
        account = Ledger(-own.opposing, -own.supporting, -own.bias, -own.logit)
        return Duel(self.rival, self.subject, -self.contributions, account)


def runner_up(logits: Logits, subject: int) -> int:
    """The best of the other classes, ties by class index.

    Args:
        logits: (C,) float32.
        subject: the class that is left out.

    Raises:
        ValueError: there is no other class.
    """
    if logits.size < 2:  # noqa: PLR2004 - a duel is between two
        raise ValueError("a model with one class has no runner-up")
    others = logits.astype(np.float64)
    others[subject] = -np.inf
    return int(others.argmax())


def duel(features: Features, head: Head, subject: int, rival: int) -> Duel:
    """Any class against any other.

    Args:
        features: (K, h, w) float32.
        head: the model's linear layer.
        subject: the class that is asked about.
        rival: another class; `runner_up` is the usual one.

    Raises:
        ValueError: both are one class.
    """
    if subject == rival:
        raise ValueError("a class cannot be compared with itself")
    # In float64: rows of a trained head are alike, and their float32 difference would lose digits.
    weight = head.weight[subject].astype(np.float64) - head.weight[rival]
    contributions = evidence_map(features, weight)
    return Duel(
        subject, rival, contributions, ledger(contributions, float(head.bias[subject]) - float(head.bias[rival]))
    )
