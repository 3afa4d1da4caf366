"""Hold and check a model's contract: everything needed to use an `.onnx` file, kept inside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

METADATA_KEY = "cardinal.contract"
"""The ONNX metadata key that holds the contract as JSON."""

CONTRACT_VERSION = 1
TOP_COUNT = 5
"""T: how many classes a batch run gives maps for, or fewer where the model has fewer classes."""

INPUT_NAME = "images"

MAX_SIDE_PX = 4096
"""Largest resize and crop; more is a typing mistake, or meant to fill the memory."""


class OutputName(StrEnum):
    """The graph outputs (DESIGN.md 4).

    All where maps are exact; no head where they are approximate; `logits` and `top_classes` where there are none.
    """

    LOGITS = "logits"
    EMBEDDING = "embedding"
    FEATURES = "features"
    TOP_CLASSES = "top_classes"
    EVIDENCE = "evidence"
    HEAD_WEIGHT = "head_weight"
    HEAD_BIAS = "head_bias"


class Interpolation(StrEnum):
    """How pictures are resized."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


class MapKind(StrEnum):
    """How true the evidence maps are."""

    EXACT = "exact"
    """One linear layer after average pooling: cells plus bias are the logit."""
    APPROXIMATE = "approximate"
    """Hidden layers in the head: no cell has an exact share, and there is no head matrix."""
    NONE = "none"
    """No pooling was found: there is no map."""


@dataclass(frozen=True, slots=True)
class Label:
    """One class."""

    name: str
    wordnet_id: str | None = None


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture becomes network input.

    Attributes:
        resize: the shorter side after resizing, in pixels.
        crop: side of the centre square that the network sees, in pixels.
        interpolation: how it is resized.
        antialias: whether the filter widens when shrinking (Pillow always does).
        mean: per channel, of RGB in 0...1; for the record, since the graph applies it.
        std: per channel, likewise.
        assumed: nobody said these numbers; they are the usual ones.
    """

    resize: int
    crop: int
    interpolation: Interpolation = Interpolation.BILINEAR
    antialias: bool = True
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Architecture:
    """What kind of network it is.

    Attributes:
        family: "resnext", "resnet" or another word.
        depths: blocks in each stage.
        cardinality: parallel paths (groups) in each block; 1 for a ResNet.
        bottleneck_width: channels in each path in the first stage.
        parameters: how many numbers were learned.
        gmacs: billions of multiply-adds for one picture at the crop size.
    """

    family: str
    depths: tuple[int, ...] = ()
    cardinality: int = 1
    bottleneck_width: int = 0
    parameters: int = 0
    gmacs: float = 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where the weights come from."""

    url: str = ""
    sha256: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """How well the model did on a data set: shares 0...1 of `pictures` pictures."""

    dataset: str
    pictures: int
    top1: float
    top5: float
    date: str = ""


@dataclass(frozen=True, slots=True)
class ModelContract:
    """Everything needed to use a model.

    Attributes:
        name: file-name-like word by which the model is asked for.
        title: what a person reads.
        labels: one for each class, in class order.
        preprocessing: how pictures become input.
        maps: how true its maps are.
        evidence_scale: s of the fixed scale -s...+s of maps, in logits: the 99.5th percentile of |contribution| of the
            top class over calibration pictures; None where nobody measured it.
        architecture: what kind of network it is.
        source: where the weights come from.
        measured: accuracies, each with its data set.
        torch_difference: largest difference of logits to PyTorch / largest |logit|, where it was compared.
        version: of the contract's form.
    """

    name: str
    title: str
    labels: tuple[Label, ...]
    preprocessing: Preprocessing
    maps: MapKind
    evidence_scale: float | None = None
    architecture: Architecture | None = None
    source: Source | None = None
    measured: tuple[Measurement, ...] = ()
    torch_difference: float | None = None
    version: int = CONTRACT_VERSION

    def to_json(self) -> str:
        """The form that is stored under `METADATA_KEY`."""
        return json.dumps(asdict(self), allow_nan=False)

    def problems_with(self, outputs: Mapping[str, tuple[object, ...]]) -> tuple[str, ...]:
        """What contradicts the graph, given each graph output's name and shape (numbers, names or None)."""
        wanted = {OutputName.LOGITS, OutputName.TOP_CLASSES}
        if self.maps is not MapKind.NONE:
            wanted |= set(OutputName)
        if self.maps is MapKind.APPROXIMATE:
            wanted -= {OutputName.HEAD_WEIGHT, OutputName.HEAD_BIAS}
        missing = sorted(name for name in wanted if name not in outputs)
        problems = [f"The graph has no output {name.value!r}." for name in missing]
        classes = outputs.get(OutputName.LOGITS, (None, None))[-1]
        if isinstance(classes, int) and classes != len(self.labels):
            problems.append(f"The graph gives {classes} scores, but the class list has {len(self.labels)} names.")
        return tuple(problems)
