"""Models that share a title are told apart by their names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gui.model_titles import titles_apart
from inference.models.catalog import ModelFile
from tests.fakes import fake_contract


def model(name: str, title: str) -> ModelFile:
    return ModelFile(name, Path(f"/m/{name}.onnx"), False, replace(fake_contract(), title=title))


def test_only_titles_that_are_shared_get_the_name() -> None:
    models = [model("one", "Birds (built in)"), model("two\u202e", "Birds (built in)"), model("three", "Cats\n")]
    assert titles_apart(models) == {
        "one": "Birds (built in): one",
        "two\u202e": "Birds (built in): two\\u202e",
        "three": "Cats\\n",
    }
    assert titles_apart([]) == {}
