"""Hold and check a model's contract: everything needed to use an `.onnx` file, kept inside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

from inference.errors import ModelContractError

METADATA_KEY = "cardinal.contract"
"""The ONNX metadata key that holds the contract as JSON."""

CONTRACT_VERSION = 1
TOP_COUNT = 5
"""T: how many classes a batch run gives maps for, or fewer where the model has fewer classes."""

INPUT_NAME = "images"


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

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str], path: str) -> ModelContract:
        """Read the contract of the model file `path` from its metadata.

        Raises:
            ModelContractError: with every problem of the text.
        """
        text = metadata.get(METADATA_KEY)
        if text is None:
            raise ModelContractError(path, ("It carries no contract; add it with `models add` first.",))
        try:
            fields = json.loads(text)
        except ValueError as error:
            raise ModelContractError(path, (f"Its contract is not JSON ({error}).",)) from error
        if not isinstance(fields, dict):
            raise ModelContractError(path, ("Its contract is not a JSON object.",))
        return _parse(fields, path)

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


_T = TypeVar("_T")


def _parse(fields: dict[str, Any], path: str) -> ModelContract:
    problems: list[str] = []

    def take(name: str, kind: type[_T] | tuple[type[_T], ...], default: _T) -> _T:
        value = fields.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            problems.append(f"Its contract has no usable {name!r}.")
            return default
        return value

    version = take("version", int, CONTRACT_VERSION)
    if version > CONTRACT_VERSION:
        problems.append(f"Its contract has version {version}; this program knows {CONTRACT_VERSION}.")
    name = take("name", str, "")
    title = str(fields.get("title") or name)
    labels = _parse_labels(take("labels", list, []), problems)
    preprocessing = _parse_preprocessing(take("preprocessing", dict, {}), problems)
    try:
        maps = MapKind(take("maps", str, MapKind.NONE.value))
    except ValueError:
        problems.append("Its contract has an unknown kind of maps.")
        maps = MapKind.NONE
    scale = fields.get("evidence_scale")
    if scale is not None and (not isinstance(scale, int | float) or not scale > 0):
        problems.append("Its contract has an evidence scale that is not positive.")
        scale = None
    extras = _parse_extras(fields, problems)
    if problems:
        raise ModelContractError(path, tuple(problems))
    return ModelContract(
        name=name,
        title=title,
        labels=labels,
        preprocessing=preprocessing,
        maps=maps,
        evidence_scale=None if scale is None else float(scale),
        version=version,
        **extras,
    )


def _parse_labels(rows: list[Any], problems: list[str]) -> tuple[Label, ...]:
    labels = [
        Label(row["name"], row.get("wordnet_id"))
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("name"), str)
    ]
    if len(labels) != len(rows) or not labels:
        problems.append("Its contract has no class list, or one with nameless classes.")
    return tuple(labels)


def _parse_preprocessing(fields: dict[str, Any], problems: list[str]) -> Preprocessing:
    try:
        preprocessing = Preprocessing(
            resize=int(fields["resize"]),
            crop=int(fields["crop"]),
            interpolation=Interpolation(fields["interpolation"]),
            antialias=bool(fields["antialias"]),
            mean=_triple(fields["mean"]),
            std=_triple(fields["std"]),
            assumed=bool(fields.get("assumed", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        problems.append(f"Its contract does not say how images must be prepared ({error}).")
        return Preprocessing(resize=1, crop=1)
    if not 1 <= preprocessing.crop <= preprocessing.resize:
        problems.append("Its contract asks for a crop that is not within the resized picture.")
    return preprocessing


def _triple(values: Any) -> tuple[float, float, float]:  # noqa: ANN401 - parsed JSON
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _parse_extras(fields: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """The parts that describe a model but are not needed to run it."""
    try:
        architecture = fields.get("architecture")
        source = fields.get("source")
        return {
            "architecture": architecture
            and Architecture(**{**architecture, "depths": tuple(architecture.get("depths", ()))}),
            "source": source and Source(**source),
            "measured": tuple(Measurement(**row) for row in fields.get("measured", ())),
            "torch_difference": fields.get("torch_difference"),
        }
    except TypeError as error:
        problems.append(f"Its contract's description has another form than expected ({error}).")
        return {}
