"""All that is asked of one picture in one call is answered; where one question has no answer, nothing is written."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from inference.commands import explain_picture
from inference.engine.network import Network
from tests.inference.commands.explaining import explained, patched
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT

QUESTIONS = {
    "region": ("--region", "70,20,90,40", "--alone"),
    "hidden": ("--hide", "100,50,120,70"),
    "minimal_set": ("--minimal-set",),
    "check": ("--check",),
}


@pytest.mark.usefixtures("own_pool")
def test_many_questions_have_the_answers_that_each_has_alone(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    question = (picture, "--class", "bright", "--filling", "grey")
    every = [word for words in QUESTIONS.values() for word in words]
    words, grid, fields = explained(cardinal, tmp_path, *question, *every)
    together = words.splitlines()
    for name, more in QUESTIONS.items():
        filling = () if name == "region" else ("--filling", "grey")
        words, same, alone = explained(cardinal, tmp_path, picture, "--class", "bright", *more, *filling)
        np.testing.assert_array_equal(same, grid)
        assert alone[name] == fields[name]
        assert [line for line in words.splitlines() if line not in together] == []
    assert set(fields) >= set(QUESTIONS) | {"view"}


@pytest.mark.parametrize(
    "wrong", [("--region", "0,0,5,5"), ("--hide", "0,0,5,5"), ("--method", "layercam", "--stage", "1")]
)
def test_one_question_without_an_answer_writes_nothing(cardinal: Run, tmp_path: Path, wrong: tuple[str, ...]) -> None:
    picture = patched(tmp_path)
    output = ("--output", str(tmp_path / "map.npy"), "--save-region", str(tmp_path / "region.png"))
    with mock.patch.object(Network, "close", autospec=True, side_effect=Network.close) as closed:
        code, words, errors = cardinal(
            "explain", "--model", str(BRIGHT), "--device", "cpu", picture, "--check", *wrong, *output
        )
    assert (code, words) == (2, "")
    assert errors.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["patched.png"]
    assert closed.call_count == 1


def test_a_name_that_is_taken_is_told_before_the_model_is_opened(
    cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(explain_picture, "open_telling", lambda *arguments, **_options: opened.append(arguments))
    picture = patched(tmp_path)
    code, words, errors = cardinal("explain", "--model", str(BRIGHT), picture, "--hide", "0,0,9,9", "--output", picture)
    assert (code, words) == (2, "")
    assert "it is one of the inputs, which are never changed" in errors
    assert opened == []
