"""Find the int8 copies of a model that may stand in for it without being asked for by name, and the other way round."""

from __future__ import annotations

from pathlib import Path

from inference.errors import ModelLoadError
from inference.models.catalog import ModelFile, list_models
from inference.models.checksum import sha256_of
from inference.models.metadata import read_metadata
from inference.models.quantize.facts import Quantization, read_quantization
from inference.profile import Profile


def has_passed_copies(profile: Profile) -> bool:
    """Whether any model that was added is an int8 copy which passed; told from a few kilobytes of each file."""
    return any(facts is not None and facts.passed for _, facts in _read_all(profile))


def passed_copies(model_hash: str, profile: Profile, *, weight_bits: int) -> tuple[ModelFile, ...]:
    """The installed int8 copies that passed their comparison with the model and would answer alike here.

    Args:
        model_hash: SHA-256 of the model.
        profile: where models lie.
        weight_bits: what this processor's products can hold: a copy with more passed on another one.
    """
    return tuple(
        model
        for model, facts in _read_all(profile)
        if facts is not None and facts.passed and facts.source_sha256 == model_hash and facts.weight_bits <= weight_bits
    )


def original_of(model: Path, profile: Profile) -> tuple[Quantization, ModelFile | None] | None:
    """What an int8 copy says of itself, and the installed model that it was made from, known by its bytes.

    Reads the files of all installed models, which takes a moment for each.

    Args:
        model: the file of any model.
        profile: where models lie.

    Returns:
        None where the model is no int8 copy; no original where that is not installed any more.
    """
    facts = _read(model)
    if facts is None:
        return None
    candidates = (one for one in list_models(profile).models if _read(one.path) is None)
    return facts, next((one for one in candidates if _hash(one.path) == facts.source_sha256), None)


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""


def _read_all(profile: Profile) -> list[tuple[ModelFile, Quantization | None]]:
    return [(model, _read(model.path)) for model in list_models(profile).models if not model.built_in]


def _read(path: Path) -> Quantization | None:
    try:
        return read_quantization(read_metadata(path))
    except ModelLoadError:
        # It went, or was damaged, since it was listed.
        return None
