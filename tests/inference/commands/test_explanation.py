"""A class is meant by its number, its WordNet id or its name; a name that two classes have is never guessed at."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest

from inference.commands.explanation import MapError, class_name, find_class
from inference.errors import UnknownClassError
from inference.models.contract import METADATA_KEY, Label, MapKind, ModelContract, Preprocessing
from tests.inference.commands.explaining import explained, patched
from tests.inference.commands.sessions import Run
from tests.inference.engine.variants import variant

CONTRACT = ModelContract(
    "m",
    "A model",
    (Label("crane", "n02012849"), Label("Tabby", "n1"), Label("Crane", "n03126707"), Label("7"), Label("crane")),
    Preprocessing(36, 32),
    MapKind.EXACT,
)


@pytest.mark.parametrize(
    ("name", "index"), [("0", 0), ("2", 2), ("tabby", 1), ("TABBY", 1), ("n02012849", 0), ("N03126707", 2), ("7", 3)]
)
def test_one_class_is_meant(name: str, index: int) -> None:
    assert find_class(name, CONTRACT) == index


def test_a_name_of_several_classes_is_refused_with_their_numbers() -> None:
    with pytest.raises(MapError) as caught:
        find_class("crane", CONTRACT)
    assert str(caught.value) == "A model has 3 classes named crane; name one by its number: 0 and 2 and 4."


@pytest.mark.parametrize("name", ["", "5", "-1", "unicorn", "n9"])
def test_no_class_is_meant(name: str) -> None:
    with pytest.raises(UnknownClassError):
        find_class(name, CONTRACT)


def test_namesakes_are_told_apart_by_their_numbers() -> None:
    assert [class_name(CONTRACT, index) for index in range(5)] == ["crane (0)", "Tabby", "Crane", "7", "crane (4)"]


def test_two_cranes_in_one_question(cardinal: Run, tmp_path: Path) -> None:
    def rename(model: onnx.ModelProto) -> None:
        entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
        contract = json.loads(entry.value)
        for index in (1, 4):
            contract["labels"][index]["name"] = "crane"
        entry.value = json.dumps(contract)

    model, picture = str(variant(tmp_path, rename)), patched(tmp_path)
    start = ("explain", "--model", model, "--device", "cpu", picture)
    code, words, errors = cardinal(*start, "--class", "crane")
    assert (code, words) == (2, "")
    assert errors == "Tiny test network has 2 classes named crane; name one by its number: 1 and 4.\n"
    words, _, fields = explained(cardinal, tmp_path, picture, "--class", "1", "--against", "4", model=model)
    assert words.startswith("crane (1) rather than crane (4): ")
    assert (fields["class"]["index"], fields["against"]["index"]) == (1, 4)
    code, words, errors = cardinal(*start, "--class", "1", "--class", "4", "--compare")
    assert (code, errors) == (0, "")
    assert "\ncrane (1): " in words
    assert "\ncrane (4): " in words
