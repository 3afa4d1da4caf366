"""Make the tiny model one without exact maps."""

from __future__ import annotations

from pathlib import Path

import onnx

from inference.models.contract import METADATA_KEY, MapKind
from tests.inference.engine.variants import variant

_OUTPUTS = {
    MapKind.APPROXIMATE: ("logits", "top_classes", "embedding", "features", "evidence"),
    MapKind.NONE: ("logits", "top_classes"),
}


def model_with(maps: MapKind, folder: Path) -> str:
    """Its file, with no more than the outputs of this kind of maps."""

    def lessen(model: onnx.ModelProto) -> None:
        kept = [output for output in model.graph.output if output.name in _OUTPUTS[maps]]
        del model.graph.output[:]
        model.graph.output.extend(kept)
        entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
        entry.value = entry.value.replace('"maps": "exact"', f'"maps": "{maps.value}"')

    return str(variant(folder, lessen))
