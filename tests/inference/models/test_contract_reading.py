"""A contract is read back as it was written, and whatever else stands in its place is refused with a sentence."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import ModelContractError
from inference.models.catalog import BUILT_IN_NAME, list_models, read_model
from inference.models.contract import METADATA_KEY, Architecture, Measurement, ModelContract, Source
from inference.models.contract_reading import read_contract
from inference.profile import Profile
from tests.make_data import TINY

FULL = replace(
    read_model(TINY).contract,
    architecture=Architecture("resnext", (3, 4, 6, 3), 32, 4, 25_028_904, 4.23),
    source=Source("https://example.org/a.pth", "ab" * 32, "MIT"),
    measured=(Measurement("birds", 100, 0.5, 1, "2026-11-20"), Measurement("cats", 7, 0.25, 0.75)),
    torch_difference=0.0,
)
DEEP = "[" * 200_000


def read(text: str) -> ModelContract:
    return read_contract({METADATA_KEY: text}, "m.onnx")


def edited(*keys: str | int, value: object) -> str:
    """The full contract with one value replaced."""
    fields: Any = json.loads(FULL.to_json())
    place = fields
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return json.dumps(fields)


HOSTILE = {
    "nested deeply": DEEP,
    "nested deeply inside": edited("title", value="TITLE").replace('"TITLE"', DEEP + "]" * 200_000),
    "not JSON": "{",
    "no object": "[]",
    "an endless number": edited("version", value=0).replace('"version": 0', '"version": ' + "9" * 5000),
    "a newer version": edited("version", value=2),
    "no name": edited("name", value=None),
    "a title that is no text": edited("title", value=["x"]),
    "half a character": edited("labels", 0, "name", value="\ud800"),
    "half a character as a key": edited("x\udc00", value=1),
    "no classes": edited("labels", value=[]),
    "a class that is a number": edited("labels", 0, "name", value=5),
    "an id that is a number": edited("labels", 0, "wordnet_id", value=5),
    "a class that is a list": edited("labels", 0, value=["red"]),
    "an endless resize": edited("preprocessing", "resize", value=float("inf")),
    "a resize that is no number": edited("preprocessing", "resize", value=float("nan")),
    "a resize as text": edited("preprocessing", "resize", value="36"),
    "a crop that fills the memory": edited(
        "preprocessing", value={**json.loads(FULL.to_json())["preprocessing"], "resize": 300_000, "crop": 300_000}
    ),
    "a crop larger than the picture": edited("preprocessing", "crop", value=37),
    "a crop of nothing": edited("preprocessing", "crop", value=0),
    "a filter that is a list": edited("preprocessing", "interpolation", value=[]),
    "a mean that is no number": edited("preprocessing", "mean", value=[0, float("nan"), 0]),
    "a mean of text": edited("preprocessing", "mean", value="123"),
    "a mean beyond floats": edited("preprocessing", "mean", value=[10**400, 0, 0]),
    "a std of zero": edited("preprocessing", "std", value=[1, 0, 1]),
    "unknown maps": edited("maps", value="beautiful"),
    "a scale without end": edited("evidence_scale", value=float("inf")),
    "a scale of nothing": edited("evidence_scale", value=0),
    "a scale beyond floats": edited("evidence_scale", value=10**400),
    "a scale that is true": edited("evidence_scale", value=True),
    "a difference as text": edited("torch_difference", value="small"),
    "an accuracy as text": edited("measured", 0, "top1", value="x"),
    "an accuracy without a data set": edited("measured", value=[{"pictures": 1, "top1": 0, "top5": 0}]),
    "accuracies that are no list": edited("measured", value=5),
    "a source that is a list": edited("source", value=["x"]),
    "a licence that is a number": edited("source", "licence", value=5),
    "depths of text": edited("architecture", "depths", value=["3"]),
    "depths that are a number": edited("architecture", "depths", value=3),
    "parameters as text": edited("architecture", "parameters", value="many"),
    "an unknown part": edited("architecture", "colour", value="red"),
}


def test_everything_is_read_back() -> None:
    assert read(FULL.to_json()) == FULL
    assert read(edited("title", value="\N{BIRD} \N{WINKING FACE}")).title == "\N{BIRD} \N{WINKING FACE}"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_contract_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ModelContractError) as caught:
        read(text)
    sentence = str(caught.value)
    sentence.encode()
    assert sentence.startswith("The model m.onnx cannot be used: Its contract")
    assert len(sentence) < 500


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_PLACES = [(name,) for name in json.loads(FULL.to_json())] + [
    (part, name) for part in ("preprocessing", "architecture", "source") for name in json.loads(FULL.to_json())[part]
]


@given(st.sampled_from(_PLACES), _JSON)
def test_anything_anywhere_is_a_contract_or_a_sentence(place: tuple[str, ...], value: object) -> None:
    try:
        contract = read(edited(*place, value=value))
    except ModelContractError:
        return
    # Whatever is accepted can be written, and is the same again.
    assert read(contract.to_json()) == contract


@pytest.mark.parametrize("text", [DEEP, HOSTILE["half a character"], HOSTILE["an accuracy as text"]])
def test_one_damaged_contract_does_not_hide_the_other_models(text: str, tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    profile.models.mkdir(parents=True)
    model = onnx.load(TINY)
    onnx.helper.set_model_props(model, {METADATA_KEY: text})
    onnx.save(model, profile.models / "damaged.onnx")
    catalog = list_models(profile)
    assert [model.name for model in catalog.models] == [BUILT_IN_NAME]
    assert [model.name for model in catalog.broken] == ["damaged"]
