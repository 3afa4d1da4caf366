"""Read a model's contract from its file's metadata, which anybody may have written, and believe nothing unchecked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from inference.errors import ModelContractError
from inference.models.contract import (
    CONTRACT_VERSION,
    MAX_SIDE_PX,
    METADATA_KEY,
    Architecture,
    Interpolation,
    Label,
    MapKind,
    Measurement,
    ModelContract,
    Preprocessing,
    Source,
)

_CHANNELS = 3

_T = TypeVar("_T")


def read_contract(metadata: Mapping[str, str], path: str) -> ModelContract:
    """Read the contract of the model file `path` from its metadata.

    Raises:
        ModelContractError: with every problem of the text.
    """
    text = metadata.get(METADATA_KEY)
    if text is None:
        raise ModelContractError(path, ("It carries no contract; add it with `models add` first.",))
    try:
        values = json.loads(text)
        # JSON may spell half characters ("\ud800"), which nothing can write or show.
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ModelContractError(path, ("Its contract has characters that are not text.",)) from error
    except ValueError as error:
        raise ModelContractError(path, (f"Its contract is not JSON ({error}).",)) from error
    except RecursionError as error:
        raise ModelContractError(path, ("Its contract is nested too deeply.",)) from error
    if not isinstance(values, dict):
        raise ModelContractError(path, ("Its contract is not a JSON object.",))
    problems: list[str] = []
    contract = _parse(values, problems)
    if problems:
        raise ModelContractError(path, tuple(problems))
    return contract


def _parse(values: dict[str, Any], problems: list[str]) -> ModelContract:
    def take(name: str, kind: type[_T], default: _T) -> _T:
        value = values.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            problems.append(f"Its contract has no usable {name!r}.")
            return default
        return value

    version = take("version", int, CONTRACT_VERSION)
    if version != CONTRACT_VERSION:
        problems.append(f"Its contract has version {version}; this program knows {CONTRACT_VERSION}.")
    name = take("name", str, "")
    try:
        maps = MapKind(take("maps", str, MapKind.NONE.value))
    except ValueError:
        problems.append("Its contract has an unknown kind of maps.")
        maps = MapKind.NONE
    return ModelContract(
        name=name,
        title=take("title", str, "") if values.get("title") else name,
        labels=_labels(take("labels", list, []), problems),
        preprocessing=_preprocessing(take("preprocessing", dict, {}), problems),
        maps=maps,
        evidence_scale=_positive(values.get("evidence_scale"), "evidence scale", problems),
        architecture=_described(Architecture, values.get("architecture"), problems),
        source=_described(Source, values.get("source"), problems),
        measured=_measured(values.get("measured"), problems),
        torch_difference=_positive(values.get("torch_difference"), "difference to PyTorch", problems, or_zero=True),
        version=version,
    )


def _labels(rows: list[Any], problems: list[str]) -> tuple[Label, ...]:
    labels = [Label(row["name"], row.get("wordnet_id")) for row in rows if _is_label(row)]
    if len(labels) != len(rows) or not labels:
        problems.append("Its contract has no class list, or one with nameless classes.")
    return tuple(labels)


def _is_label(row: object) -> bool:
    return isinstance(row, dict) and _is_text(row.get("name")) and isinstance(row.get("wordnet_id"), str | None)


def _preprocessing(values: dict[str, Any], problems: list[str]) -> Preprocessing:
    wanted: tuple[tuple[str, Callable[[Any], bool]], ...] = (
        ("resize", _is_side),
        ("crop", _is_side),
        ("interpolation", lambda value: value in list(Interpolation)),
        ("antialias", lambda value: isinstance(value, bool)),
        ("mean", _is_triple),
        ("std", lambda value: _is_triple(value) and min(value) > 0),
    )
    wrong = [name for name, is_right in wanted if not is_right(values.get(name))]
    if wrong:
        problems.append(f"Its contract does not say how images must be prepared (no usable {', '.join(wrong)}).")
        return Preprocessing(resize=1, crop=1)
    if values["crop"] > values["resize"]:
        problems.append("Its contract asks for a crop that is not within the resized picture.")
    return Preprocessing(
        resize=values["resize"],
        crop=values["crop"],
        interpolation=Interpolation(values["interpolation"]),
        antialias=values["antialias"],
        mean=_triple(values["mean"]),
        std=_triple(values["std"]),
        assumed=bool(values.get("assumed", False)),
    )


def _measured(rows: object, problems: list[str]) -> tuple[Measurement, ...]:
    if rows is None:
        return ()
    if not isinstance(rows, list):
        problems.append("Its contract has no usable 'measured'.")
        return ()
    return tuple(row for each in rows if (row := _described(Measurement, each, problems)) is not None)


def _described(kind: type[_T], values: object, problems: list[str]) -> _T | None:
    """A part that describes the model but is not needed to run it, each field checked; None where it is not there."""
    if values is None:
        return None
    if not isinstance(values, dict):
        problems.append(f"Its contract has no usable {kind.__name__.lower()}.")
        return None
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # the three description classes
    wrong = [name for name, value in values.items() if name not in known or not _FITS[str(known[name].type)](value)]
    wrong += [name for name, field in known.items() if name not in values and field.default is MISSING]
    if wrong:
        # A stranger's names may be long and many.
        names = ", ".join(repr(name[:40]) for name in wrong[:5])
        problems.append(f"Its contract's {kind.__name__.lower()} has no usable {names}.")
        return None
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def _positive(value: object, what: str, problems: list[str], *, or_zero: bool = False) -> float | None:
    """A number that may be absent."""
    if value is None:
        return None
    if not _is_number(value) or value < 0 or (value == 0 and not or_zero):  # type: ignore[operator]  # it is a number
        problems.append(f"Its contract has a {what} that is not a positive number.")
        return None
    return float(value)  # type: ignore[arg-type]  # it is a number


def _is_number(value: object) -> bool:
    """Whether it is a finite number that a float can hold (JSON's whole numbers have no end)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= sys.maxsize


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_SIDE_PX


def _is_triple(values: object) -> bool:
    return isinstance(values, list) and len(values) == _CHANNELS and all(map(_is_number, values))


def _triple(values: list[Any]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


_FITS: Mapping[str, Callable[[object], bool]] = {
    "str": _is_text,
    "int": _is_whole,
    "float": _is_number,
    "tuple[int, ...]": lambda value: isinstance(value, list) and all(map(_is_whole, value)),
}
"""What a value of each annotated type must look like in JSON."""
