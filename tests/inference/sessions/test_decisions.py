"""Tests of inference.sessions.decisions and journal: carry out, take back, repeat, also after a restart."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from inference.errors import SessionDamagedError
from inference.sessions import steps as steps_module
from inference.sessions.marks import Marks
from inference.sessions.session import Session
from inference.sessions.steps import MOST_STEPS, Step, StepKind
from tests.inference.sessions.making import CORRECTED, label_step, labels_of, new_session


def relabel(session: Session, key: int, old: str, new: str) -> Step:
    code = session.vocabulary.code
    return Step(
        StepKind.LABEL, new, Marks.same([key], CORRECTED, code(old)), Marks.same([key], CORRECTED, code(new)), 2.0
    )


def test_steps_are_taken_back_and_repeated_over_a_restart(tmp_path: Path) -> None:
    session = new_session(tmp_path, 3)
    steps = [label_step(session, [1, 2], "a", at=1.0), relabel(session, 1, "a", "b"), label_step(session, [3], "c")]
    for step in steps:
        session.carry_out(step)
    assert session.take_back() == steps[2]
    assert session.take_back() == steps[1]
    assert labels_of(session) == {1: "a", 2: "a"}
    session.close()
    session = Session.open(tmp_path / "test.cardinal")
    assert session.journal() == (tuple(steps), 1)
    assert session.repeat() == steps[1]
    assert labels_of(session) == {1: "b", 2: "a"}
    assert session.repeat() == steps[2]
    assert session.repeat() is None
    assert labels_of(session) == {1: "b", 2: "a", 3: "c"}
    for step in reversed(steps):
        assert session.take_back() == step
    assert session.take_back() is None
    assert labels_of(session) == {}
    assert session.labelled_count() == 0
    session.close()


def test_a_new_step_forgets_what_could_be_repeated(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    first, second = label_step(session, [1], "a"), label_step(session, [2], "b")
    session.carry_out(first)
    session.take_back()
    session.carry_out(second)
    assert session.journal() == ((second,), 1)
    assert session.repeat() is None
    session.close()


def test_only_the_last_steps_are_kept(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    labels = [f"label {number}" for number in range(MOST_STEPS + 20)]
    session.carry_out(label_step(session, [1], labels[0]))
    for old, new in itertools.pairwise(labels):
        session.carry_out(relabel(session, 1, old, new))
    steps, in_force = session.journal()
    assert (len(steps), in_force) == (MOST_STEPS, MOST_STEPS)
    assert (steps[0].subject, steps[-1].subject) == (labels[20], labels[-1])
    session.close()


def test_large_steps_are_kept_up_to_a_size_and_the_newest_always(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = new_session(tmp_path, 100)
    monkeypatch.setattr(steps_module, "MOST_BYTES", 5000)
    for number in range(5):
        session.carry_out(label_step(session, range(1, 101), f"label {number}"))
    assert len(session.journal()[0]) == 2
    monkeypatch.setattr(steps_module, "MOST_BYTES", 10)
    session.carry_out(label_step(session, range(1, 101), "last"))
    assert [step.subject for step in session.journal()[0]] == ["last"]
    session.close()


def test_a_step_about_different_images_is_refused_whole(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    with pytest.raises(ValueError, match="different images"):
        session.carry_out(Step(StepKind.LABEL, "", Marks.same([1], 0), Marks.same([2], 0), 1.0))
    assert session.journal() == ((), 0)
    session.close()


def test_a_damaged_step_is_damage_and_changes_nothing(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    session.carry_out(label_step(session, [1], "a"))
    with session._database.write(durable=False) as connection:
        connection.execute("UPDATE step SET changes = x'0102'")
    with pytest.raises(SessionDamagedError):
        session.take_back()
    with pytest.raises(SessionDamagedError):
        session.journal()
    assert labels_of(session) == {1: "a"}
    session.close()
