"""Write one map for other programs: the grid as NPY, and beside it a JSON file that says what it is."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inference.arrays import EvidenceMap
from inference.attention.methods import FACTS, Method, Unit
from inference.files import replacing
from inference.models.contract import ModelContract
from inference.results import Classification
from inference.texts import is_unicode, unicode_path

USUAL_VIEW: Mapping[str, Any] = {"factor": 1, "whole": False, "enlarged": False, "decision": None}
"""What a manifest says of the view where the picture was looked at as always."""

_LEDGER = ("supporting", "opposing", "bias", "adds_up")


@dataclass(frozen=True, slots=True)
class MapNumbers:
    """One map and what it adds up to.

    Attributes:
        contributions: (h, w) float32 in the method's unit.
        class_index: the class.
        against_index: the class that it is compared with, or None.
        relative: compared with the average class.
        method: which map it is.
        supporting: sum of the positive cells of the signed evidence, in logits; None where they add up to nothing.
        opposing: sum of its negative cells; likewise.
        bias: the class's; None where the map is approximate.
        logit: the class's score, or the difference of two, or the lead over the average class.
        network_logit: the same from the network's own logits.
        adds_up: whether the parts are the network's own logit within the device's precision; None without a ledger.
    """

    contributions: EvidenceMap
    class_index: int
    against_index: int | None
    relative: bool
    method: Method
    supporting: float | None
    opposing: float | None
    bias: float | None
    logit: float
    network_logit: float
    adds_up: bool | None


def manifest(
    numbers: MapNumbers,
    contract: ModelContract,
    model_hash: str,
    classification: Classification,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    """What a grid is, as the JSON file beside it says.

    Args:
        numbers: the map.
        contract: of the model that was asked.
        model_hash: SHA-256 of its file, in hex.
        classification: of the view that the map is of.
        more: what else was found out, by name; it wins over what is said here.
    """
    labels, facts = contract.labels, FACTS[numbers.method]
    against, grid = numbers.against_index, numbers.contributions.astype(np.float64)
    said = {
        **path_fields(classification.path),
        "class": {"index": numbers.class_index, "label": labels[numbers.class_index].name},
        "against": None if against is None else {"index": against, "label": labels[against].name},
        "relative": numbers.relative,
        "method": numbers.method.value,
        "paper": facts.paper,
        # The last one; who makes the map of an earlier one says so, and its unit, in `more`.
        "stage": None,
        "maps": contract.maps.value,
        # Whether the grid holds 0 where the cells speak against the class; the ledger is of the signed map.
        "rectified": not facts.is_signed,
        "unit": facts.unit.value,
        "grid_positive": float(grid[grid > 0].sum()),
        "grid_negative": float(grid[grid < 0].sum()),
        "supporting": numbers.supporting,
        "opposing": numbers.opposing,
        "bias": numbers.bias,
        "logit": numbers.logit,
        "network_logit": numbers.network_logit,
        "adds_up": numbers.adds_up,
        "crop": asdict(classification.crop),
        "width": classification.facts.width,
        "height": classification.facts.height,
        "model": classification.model,
        "model_sha256": model_hash,
        "device": classification.device,
        "precision": classification.precision,
        **more,
    }
    # A ledger beside a grid that adds up to nothing would be taken for the grid's.
    return said if said["unit"] == Unit.LOGITS else said | dict.fromkeys(_LEDGER)


def path_fields(path: str) -> dict[str, str]:
    """A path as text that every reader of JSON takes, and its bytes in hexadecimal digits where text lacks some."""
    text = {"path": unicode_path(path)}
    return text if is_unicode(path) else text | {"path_bytes": os.fsencode(path).hex()}


def write_grid(output: Path, contributions: EvidenceMap, described: Mapping[str, Any]) -> None:
    """Write the grid as NPY and its manifest beside it; neither is replaced before both are written whole.

    Args:
        output: an NPY file; the manifest has its name with `.json`.
        contributions: (h, w) float32.
        described: what `manifest` made.

    Raises:
        OutputWriteError: one of them cannot be written.
    """
    buffer = io.BytesIO()
    np.save(buffer, contributions)
    words = (json.dumps(described, indent=1, allow_nan=False) + "\n").encode()
    with replacing(output) as grid, replacing(output.with_suffix(".json")) as manifest_file:
        grid.write(buffer.getvalue())
        manifest_file.write(words)
