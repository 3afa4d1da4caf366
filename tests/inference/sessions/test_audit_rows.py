"""The evidence that a session keeps is streamed: one small map an image, in portions, and why there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.errors import ImageProblem, ImageReadError, InferenceError
from inference.results import CropGeometry
from inference.sessions.audit_rows import PORTION
from inference.sessions.marks import NO_NAME, UNMARKED, Marks, make_mark
from inference.sessions.session import Session
from inference.sessions.steps import Step, StepKind
from tests.inference.sessions.making import EVIDENCE, OTHER_MODEL, classified, failed, new_session


def test_each_image_has_its_suggestions_map_or_says_why_not(tmp_path: Path) -> None:
    session = new_session(tmp_path, 5)
    damaged = ImageReadError("/pictures/000003.jpg", ImageProblem.NOT_AN_IMAGE)
    session.keep_answers(
        [classified(1), classified(2, evidence=None), failed(3, damaged), failed(4, InferenceError("no memory"))]
    )
    rows = list(session.stored_evidence())
    assert [row.key for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0].contributions is not None
    assert np.allclose(rows[0].contributions, EVIDENCE[0], rtol=1e-3)
    assert (rows[0].class_index, rows[0].class_name) == (10, "cat")
    assert rows[0].crop == CropGeometry(0.25, 1.0, 479.1, 480.0)
    assert (rows[0].width, rows[0].height, rows[0].path) == (640, 480, "/pictures/000001.jpg")
    assert [row.contributions is None for row in rows[1:]] == [True] * 4
    assert (rows[1].class_name, rows[1].failure) == ("cat", "")
    assert rows[2].failure == str(damaged)
    assert "no memory" in rows[3].failure
    assert (rows[4].class_index, rows[4].class_name, rows[4].failure) == (-1, "", "")
    session.close()


def test_portions_make_no_difference_and_removed_images_are_left_out(tmp_path: Path) -> None:
    count = 2 * PORTION + 7
    session = new_session(tmp_path, count)
    session.keep_answers([classified(key) for key in range(1, count + 1)])
    removed = [2, PORTION, count]
    before = Marks.same(removed, UNMARKED, NO_NAME)
    after = Marks.same(removed, make_mark(None, removed=True), NO_NAME)
    session.carry_out(Step(StepKind.REMOVE, "", before, after, 1.0))
    keys = [row.key for row in session.stored_evidence()]
    assert keys == [key for key in range(1, count + 1) if key not in removed]
    asked = [*range(count, 0, -1), count + 5]
    assert sorted(row.key for row in session.stored_evidence(asked)) == keys
    assert list(session.stored_evidence([])) == []
    session.close()


def test_the_answers_are_those_of_the_model_that_counts(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    session.keep_answers([classified(1)])
    session.set_model(OTHER_MODEL)
    (row,) = session.stored_evidence()
    assert row.contributions is None
    session.keep_answers([classified(1, labels=("owl",), evidence=EVIDENCE[1:2], model="other")])
    session.close()
    again = Session.open(tmp_path / "test.cardinal", read_only=True)
    (row,) = again.stored_evidence()
    assert row.class_name == "owl"
    assert row.contributions is not None
    assert np.allclose(row.contributions, EVIDENCE[1], rtol=1e-3)
    again.close()
