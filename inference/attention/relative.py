"""Compare a class with the average class, since softmax sees only differences between logits.

Adding one number to every logit changes no probability, so what a cell adds to *all* classes alike decides nothing.
Relative evidence leaves that out: `(W_c - mean over classes W) . A(cell) / (h w)`, with the bias treated likewise. Over
all classes the relative maps sum to zero in every cell, and softmax of the relative logits is softmax of the logits.
"""

from __future__ import annotations

import numpy as np

from inference.arrays import EvidenceMaps, Logits
from inference.engine.network import Head


def relative_head(head: Head) -> Head:
    """A head whose logits are each class's lead over the average class; sums are made in float64.

    Returns:
        (C, K) and (C,) float32; for `evidence_map`, `evidence_maps` and `ledger` in place of the model's own.
    """
    mean = head.weight.mean(axis=0, dtype=np.float64)
    bias = head.bias.astype(np.float64)
    return Head((head.weight - mean).astype(np.float32), (bias - bias.mean()).astype(np.float32))


def relative_maps(maps: EvidenceMaps) -> EvidenceMaps:
    """The relative maps of all classes from their evidence maps: (C, h, w) float32, which sum to 0 in every cell.

    Args:
        maps: (C, h, w) float32 in logits, of *all* classes of the model.
    """
    relative: EvidenceMaps = (maps - maps.mean(axis=0, dtype=np.float64)).astype(np.float32)
    return relative


def relative_logits(logits: Logits) -> Logits:
    """Each class's lead over the average class: (C,) float32 from the (C,) logits of one picture."""
    lead: Logits = (logits - logits.mean(dtype=np.float64)).astype(np.float32)
    return lead
