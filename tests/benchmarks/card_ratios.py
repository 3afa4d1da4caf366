"""Put what was measured of a card into the ratios that matter: the program beside PyTorch on the same card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ON_CARD = "pictures on the card"
FROM_HOST = "pictures from pinned memory"
WHOLE_JPEG = "decoded, prepared and computed"


def ratios(found: Mapping[str, Any]) -> dict[str, Any]:
    """How many times as fast the program is as what it is compared with; what was not measured has no ratio.

    Args:
        found: by part, as the benchmark writes it.
    """
    pipeline, torch, jpeg = (found.get(part, {}) for part in ("pipeline", "torch", "jpeg"))
    pairs = {
        f"network / compiled PyTorch, {FROM_HOST}": (_rate(pipeline, "network"), _fastest(torch, FROM_HOST)),
        f"network / compiled PyTorch, {ON_CARD}": (_rate(pipeline, "network"), _fastest(torch, ON_CARD)),
        "pipeline / JPEGs decoded on the card and computed there": (
            _rate(pipeline, "pipeline"),
            _rate(jpeg, WHOLE_JPEG),
        ),
    }
    known = {name: ours / theirs for name, (ours, theirs) in pairs.items() if ours and theirs}
    return known or {"not_measured": "neither the program's rates nor PyTorch's are there"}


def _fastest(part: Mapping[str, Any], where: str) -> float | None:
    """The fastest of PyTorch's modes, which it names before where the pictures are."""
    return max((rate for name, rate in part.items() if name.endswith(where) and isinstance(rate, float)), default=None)


def _rate(part: Mapping[str, Any], name: str) -> float | None:
    value = part.get(name)
    return value if isinstance(value, float) else None
