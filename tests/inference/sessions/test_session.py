"""Tests of inference.sessions.session: answers, models, memos, exports, several threads."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.errors import ImageProblem, ImageReadError, InferenceError, SessionSaveError
from inference.results import Classification
from inference.sessions.marks import LabelSource, Marks, make_mark
from inference.sessions.records import NO_SCORE, KeptAnswer
from inference.sessions.session import Session
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind
from tests.inference.sessions.making import (
    EMBEDDING,
    EVIDENCE,
    MODEL,
    OTHER_MODEL,
    classified,
    content,
    failed,
    found,
    label_step,
    labels_of,
    new_session,
    states_of,
)


def test_a_classification_comes_back_whole(tmp_path: Path) -> None:
    session = new_session(tmp_path, 3)
    answer = classified(2, mtime_ns=5)
    session.keep_answers([answer])
    session.close()
    session = Session.open(tmp_path / "test.cardinal")
    kept = session.classification_of(2)
    assert kept is not None
    assert isinstance(answer.outcome, Classification)
    assert kept.evidence is not None
    np.testing.assert_allclose(kept.evidence, EVIDENCE, rtol=2**-11, atol=2**-25)
    assert kept.evidence.dtype == np.float32
    for name in ("path", "facts", "crop", "predictions", "model", "device", "precision"):
        assert getattr(kept, name) == getattr(answer.outcome, name), name
    np.testing.assert_allclose(session.evidence_of([1, 2])[2], EVIDENCE[0], rtol=2**-11, atol=2**-25)
    np.testing.assert_allclose(session.embeddings_of([1, 2])[2], EMBEDDING, rtol=2**-11, atol=2**-25)
    assert session.crops_of([1, 2]) == {2: (answer.outcome.crop, 640, 480)}
    assert session.content_hashes_of([1, 2]) == {2: content(2)}
    assert session.classification_of(1) is None
    session.close()


def test_rows_say_what_became_of_each_image(tmp_path: Path) -> None:
    session = new_session(tmp_path, 4)
    broken = ImageReadError("x", ImageProblem.TRUNCATED, "It has 7 of 9 bytes.")
    session.keep_answers([classified(1), failed(2, broken), failed(3, InferenceError("no power"))])
    (rows,) = session.load()
    assert list(rows.keys) == [1, 2, 3, 4]
    assert list(rows.answers) == [ImageState.SUGGESTED, ImageState.FAILED, ImageState.FAILED, ImageState.QUEUED]
    assert session.vocabulary.text(rows.suggestions[0]) == "cat"
    assert list(rows.scores) == [0.5, NO_SCORE, NO_SCORE, NO_SCORE]
    assert list(rows.margins) == [0.25, NO_SCORE, NO_SCORE, NO_SCORE]
    assert rows.reasons == {2: str(broken), 3: str(InferenceError("no power"))}
    assert rows.times[3] == pytest.approx((10**18 + 4) / 1e9)
    session.close()


def test_portions_hold_all_images_in_order(tmp_path: Path) -> None:
    session = new_session(tmp_path, 25)
    portions = [list(rows.keys) for rows in session.load(chunk=10)]
    assert portions == [list(range(1, 11)), list(range(11, 21)), list(range(21, 26))]
    session.close()


def test_answers_belong_to_their_model(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    session.keep_answers([classified(1)])
    session.set_model(OTHER_MODEL)
    assert states_of(session) == {1: ImageState.QUEUED, 2: ImageState.QUEUED}
    late = classified(2)  # of the first model, which was at work when the model was changed
    session.keep_answers([classified(1, labels=("wolf", "fox"), model="other"), late])
    assert states_of(session) == {1: ImageState.SUGGESTED, 2: ImageState.QUEUED}
    session.set_model(MODEL)
    assert states_of(session) == {1: ImageState.SUGGESTED, 2: ImageState.SUGGESTED}
    kept = session.classification_of(1)
    assert kept is not None
    assert kept.predictions[0].label == "cat"
    session.close()
    session = Session.open(tmp_path / "test.cardinal")
    assert session.model == MODEL
    session.close()


def test_a_failure_without_valid_numbers_is_the_models(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    session.keep_answers([failed(1, ImageReadError("x", ImageProblem.NO_VALID_NUMBERS))])
    assert states_of(session) == {1: ImageState.FAILED}
    session.set_model(OTHER_MODEL)
    assert states_of(session) == {1: ImageState.QUEUED}
    session.keep_answers([failed(1, ImageReadError("x", ImageProblem.DAMAGED))])
    session.set_model(MODEL)
    (rows,) = session.load()
    assert rows.reasons == {1: "The file is damaged."}
    session.close()


def test_the_newest_answer_counts_whatever_the_device(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    session.keep_answers([classified(1, device="cpu")])
    session.keep_answers([classified(1, device="cuda", labels=("fox", "cat"))])
    session.keep_answers([classified(1, device="cpu", labels=("owl", "cat"))])
    kept = session.classification_of(1)
    assert kept is not None
    assert (kept.device, kept.predictions[0].label) == ("cpu", "owl")
    session.close()


def test_the_same_content_is_answered_once_for_two_files(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    session.keep_answers([classified(1, content_hash=content(7)), classified(2, content_hash=content(7))])
    with session._database.read() as connection:
        assert connection.execute("SELECT count(*) FROM result").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM bulk").fetchone() == (1,)
    assert states_of(session) == {1: ImageState.SUGGESTED, 2: ImageState.SUGGESTED}
    session.close()


def test_answers_without_a_content_hash_are_kept_apart(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    for key in (1, 2):
        answer = classified(key, labels=(f"class {key}", "dog"))
        assert isinstance(answer.outcome, Classification)
        object.__setattr__(answer.outcome.facts, "content_hash", b"")
        session.keep_answers([answer])
    (rows,) = session.load()
    assert [session.vocabulary.text(code) for code in rows.suggestions] == ["class 1", "class 2"]
    assert session.content_hashes_of([1, 2]) == {}
    assert all(image.content_hash == b"" for image in session.labelled_images())
    session.close()


def test_forgotten_answers_wait_again_and_new_ones_count(tmp_path: Path) -> None:
    session = new_session(tmp_path, 3)
    session.keep_answers([classified(1), classified(2), failed(3, ImageReadError("x", ImageProblem.DAMAGED))])
    session.forget_answers([2])
    assert states_of(session) == {1: ImageState.SUGGESTED, 2: ImageState.QUEUED, 3: ImageState.FAILED}
    session.keep_answers([classified(2, labels=("fox", "cat"))])
    assert states_of(session)[2] is ImageState.SUGGESTED
    session.forget_answers()
    assert set(states_of(session).values()) == {ImageState.QUEUED}
    assert session.classification_of(1) is None
    assert session.content_hashes_of([2]) == {2: content(2)}
    session.close()


def test_answers_of_unknown_images_and_without_a_model(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "test.cardinal")
    session.register(found(1))
    with pytest.raises(ValueError, match="model"):
        session.keep_answers([classified(1)])
    session.set_model(MODEL)
    session.keep_answers([classified(99)])
    assert states_of(session) == {1: ImageState.QUEUED}
    session.close()


def test_small_values_are_remembered(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    session.remember("view", {"anchor": 7, "filter": ["ä", None]})
    session.remember("view", {"anchor": 8, "filter": ["ä", None]})
    with pytest.raises((TypeError, ValueError)):
        session.remember("bad", float("nan"))
    session.add_source("/a")
    session.add_source("/b\udcff")
    session.add_source("/a")
    session.close()
    session = Session.open(tmp_path / "test.cardinal")
    assert session.remembered("view") == {"anchor": 8, "filter": ["ä", None]}
    assert session.remembered("bad") is None
    assert session.sources() == ("/a", "/b\udcff")
    session.close()


def test_what_is_remembered_is_the_newest_and_nobody_elses_object(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    assert session.remembered("view") is None
    session.remember("view", [1])
    kept = session.remembered("view")
    assert isinstance(kept, list)
    kept.append(2)
    assert session.remembered("view") == [1]
    session.close()


def test_exports_see_label_source_score_and_failure(tmp_path: Path) -> None:
    session = new_session(tmp_path, 7)
    session.keep_answers([classified(key) for key in (1, 2, 3, 4)])
    session.keep_answers([failed(5, ImageReadError("x", ImageProblem.EMPTY))])
    code = session.vocabulary.code
    marks = [
        make_mark(ImageState.ACCEPTED),
        make_mark(ImageState.CORRECTED),
        make_mark(ImageState.CORRECTED, imported=True),
        0,
        make_mark(ImageState.CORRECTED),
        make_mark(ImageState.UNSURE),
        make_mark(ImageState.CORRECTED, removed=True),
    ]
    names = [code("cat"), code("dog"), code("newt"), -1, code("cat"), -1, code("cat")]
    keys = range(1, 8)
    step = Step(StepKind.LABEL, "", Marks.same(keys, 0), Marks.of(keys, marks, names), 123.5)
    session.carry_out(step)
    images = {image.key: image for image in session.labelled_images()}
    assert list(images) == [1, 2, 3, 4, 5, 6]
    assert [(image.label, image.source, image.score) for image in images.values()] == [
        ("cat", LabelSource.ACCEPTED, 0.5),
        ("dog", LabelSource.CORRECTED, 0.25),
        ("newt", LabelSource.IMPORTED, None),
        ("", None, None),
        ("cat", LabelSource.CORRECTED, None),
        ("", None, None),
    ]
    assert [image.state.word for image in images.values()] == [
        "accepted",
        "corrected",
        "corrected",
        "suggested",
        "corrected",
        "unsure",
    ]
    assert images[1].predictions[:2] == (("cat", 0.5), ("dog", 0.25))
    assert (images[1].model, images[1].model_hash) == ("tiny", MODEL.model_hash)
    assert (images[1].device, images[1].precision) == ("cpu", "float32")
    assert (images[5].device, images[5].precision) == ("", ""), "of a failure nothing is known"
    assert images[5].failure == "The file is empty (0 bytes)."
    assert (images[1].decided_at, images[4].decided_at) == (123.5, None)
    assert [image.key for image in session.labelled_images([6, 99, 2, 7])] == [6, 2]
    assert session.label_counts() == {code("cat"): 2, code("dog"): 1, code("newt"): 1}
    assert (session.image_count(), session.labelled_count()) == (6, 4)
    session.close()


def test_of_two_classes_with_one_name_the_better_score_counts(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    session.keep_answers([classified(1, labels=("crane", "dog", "crane"))])
    session.carry_out(label_step(session, [1], "crane"))
    (image,) = session.labelled_images()
    assert image.score == 0.5
    session.close()


def test_readers_and_a_writer_in_many_threads(tmp_path: Path) -> None:
    session = new_session(tmp_path, 300)
    stop = threading.Event()
    errors: list[BaseException] = []

    def read() -> None:
        try:
            while not stop.is_set():
                assert sum(len(rows) for rows in session.load(chunk=50)) == 300
                session.label_counts()
                list(session.labelled_images([1, 2, 3]))
                session.journal()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for key in range(1, 151):
        session.keep_answers([classified(key, labels=(f"class {key}", f"class {key + 1}"))])
        session.carry_out(label_step(session, [key], f"own label {key}"))
    stop.set()
    for reader in readers:
        reader.join()
    assert not errors
    assert labels_of(session) == {key: f"own label {key}" for key in range(1, 151)}
    session.close()


def test_a_closed_session_says_so(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    session.close()
    session.close()
    with pytest.raises(SessionSaveError, match="closed"):
        session.carry_out(label_step(session, [1], "x"))
    with pytest.raises(SessionSaveError, match="closed"):
        list(session.load())


def test_a_kept_answer_without_second_class(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    only = classified(1, labels=("cat",), evidence=None)
    session.keep_answers([KeptAnswer(1, only.outcome)])
    (rows,) = session.load()
    assert rows.margins[0] == rows.scores[0] == 0.5
    kept = session.classification_of(1)
    assert kept is not None
    assert kept.evidence is None
    assert session.evidence_of([1]) == {}
    assert session.embeddings_of([1]) == {}
    session.close()


def test_an_answer_is_left_out_where_the_image_is_another_file_by_then(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    first, second = classified(1), failed(2, ImageReadError("/pictures/000002.jpg", ImageProblem.DAMAGED))
    there = [replace(one, path=one.outcome.path) for one in (first, second)]
    session.keep_answers([replace(one, path="/pictures/elsewhere.jpg") for one in there])
    assert set(states_of(session).values()) == {ImageState.QUEUED}
    session.keep_answers(there)
    assert states_of(session) == {1: ImageState.SUGGESTED, 2: ImageState.FAILED}
    session.close()
