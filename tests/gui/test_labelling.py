"""Decisions are steps: on the table at once, in the journal in their order, taken back and repeated one by one."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import process_time
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from gui.decision_writer import DecisionWriter
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import ImageTable
from gui.labelling import Labelling, decision_in_words, in_words
from inference.sessions import journal
from inference.sessions import steps as steps_module
from inference.sessions.marks import NO_NAME, UNMARKED, Marks, make_mark
from inference.sessions.records import ImageRows
from inference.sessions.session import Session
from inference.sessions.steps import Step, StepKind
from tests.gui.fake_session import FakeSession
from tests.gui.gallery.images import append, paths, suggested
from tests.inference.sessions.making import new_session

LABELS = ("jay", "magpie", "crow", "& <b>")
UNKNOWN = 99


class DirectWriter:
    """Writes every order at once, while it can."""

    can_write = True

    def __init__(self, session: FakeSession | Session) -> None:
        self._session = session

    def carry_out(self, step: Step) -> None:
        self._session.carry_out(step)

    def take_back(self, step: Step) -> None:
        assert self._session.take_back() == step

    def repeat(self, step: Step) -> None:
        assert self._session.repeat() == step


class NoWriter:
    """Writes nothing: the disk has a budget of its own."""

    can_write = True

    def carry_out(self, step: Step) -> None: ...

    def take_back(self, step: Step) -> None: ...

    def repeat(self, step: Step) -> None: ...


@dataclass
class Bench:
    """Decisions about six images: 0 to 3 have the suggestions jay, jay, magpie, crow; 4 and 5 wait."""

    table: ImageTable = field(default_factory=ImageTable)
    session: FakeSession = field(default_factory=FakeSession)

    def __post_init__(self) -> None:
        self.table.set_vocabulary(self.session.vocabulary)
        append(self.table, paths(6))
        self.table.apply_answers([suggested(key, name) for key, name in enumerate(("jay", "jay", "magpie", "crow"))])
        self.writer = DirectWriter(self.session)
        self.labelling = Labelling(self.table, cast("DecisionWriter", self.writer), clock=lambda: 7.0)

    def states(self) -> list[str]:
        """Of all images: state and label."""
        return [f"{self.table.state(place).word} {self.table.label(place)}".strip() for place in range(6)]


@pytest.fixture
def bench(qapp: QApplication) -> Bench:
    return Bench()


def test_each_decision_is_what_it_says(bench: Bench) -> None:
    labels = bench.labelling
    labels.accept([0])
    labels.choose([1, 2], "magpie")
    labels.set_unsure([3])
    labels.reject([4])
    assert bench.states() == [
        "accepted jay",
        "corrected magpie",
        "accepted magpie",
        "unsure",
        "rejected",
        "queued",
    ]
    assert labels.last_label == "magpie"
    labels.clear([0, 3, 4])
    assert bench.states() == ["suggested", "corrected magpie", "accepted magpie", "suggested", "queued", "queued"]


def test_accepting_passes_over_images_without_suggestion(bench: Bench) -> None:
    step = bench.labelling.accept([0, 1, 4, 5, UNKNOWN])
    assert step is not None
    assert list(step.after.keys) == [0, 1]
    assert step.subject == "jay", "one label for all has a name"
    assert bench.labelling.accept([4, 5]) is None
    mixed = bench.labelling.accept([0, 2])
    assert mixed is not None
    assert mixed.subject == ""


def test_what_changes_nothing_is_no_step(bench: Bench) -> None:
    decided = QSignalSpy(bench.labelling.decided)
    for decision in (bench.labelling.clear, bench.labelling.accept, bench.labelling.reject):
        assert decision([]) is None
    assert bench.labelling.clear([0, 1]) is None
    assert bench.labelling.choose([UNKNOWN], "jay") is None
    assert bench.labelling.last_label == ""
    bench.labelling.reject([0])
    assert bench.labelling.reject([0]) is None
    assert decided.count() == 1
    assert bench.session.done == [""]


def test_a_rename_keeps_states_and_sources_and_merges(bench: Bench) -> None:
    bench.labelling.accept([0])
    bench.labelling.import_labels([(1, "jay", None), (3, "jay", None)], "truth.csv")
    bench.labelling.choose([2], "magpie")
    code = bench.table.vocabulary.code("jay")
    before = bench.table.marks_of([0, 1, 3]).marks
    step = bench.labelling.rename(code, "magpie")
    assert step is not None
    assert list(step.after.keys) == [0, 1, 3]
    assert bench.table.marks_of([0, 1, 3]).marks == before
    assert bench.table.label_counts() == {bench.table.vocabulary.code("magpie"): 4}
    assert bench.labelling.rename(code, "magpie") is None
    bench.labelling.undo()
    assert bench.table.label_counts() == {code: 3, bench.table.vocabulary.code("magpie"): 1}


def test_same_as_last_follows_a_rename(bench: Bench) -> None:
    bench.labelling.choose([0], "jay")
    bench.labelling.rename(bench.table.vocabulary.code("jay"), "Eurasian jay")
    assert bench.labelling.last_label == "Eurasian jay"
    bench.labelling.rename(bench.table.vocabulary.code("Eurasian jay"), "bird")
    other = Labelling(bench.table, cast("DecisionWriter", DirectWriter(FakeSession())))
    steps = bench.labelling.steps
    other.start(steps, len(steps))
    assert other.last_label == "bird"
    other.start(steps, 2)
    assert other.last_label == "Eurasian jay"
    other.start(steps[1:], 2)
    assert other.last_label == ""


def test_a_label_that_is_taken_off_brings_no_removed_image_back(bench: Bench) -> None:
    bench.labelling.choose([0, 1], "owl")
    bench.labelling.remove([1])
    owl = bench.table.vocabulary.code("owl")
    assert len(bench.table) == 5
    bench.labelling.rename(owl, "tawny owl")
    assert len(bench.table) == 5
    bench.labelling.unlabel(bench.table.vocabulary.code("tawny owl"))
    assert len(bench.table) == 5
    assert bench.table.label(1) == ""
    for _ in range(3):
        bench.labelling.undo()
    assert bench.states()[:2] == ["corrected owl", "corrected owl"]
    assert len(bench.table) == 6


def test_an_import_takes_labels_and_states(bench: Bench) -> None:
    step = bench.labelling.import_labels(
        [(0, "jay", None), (2, "jay", None), (UNKNOWN, "jay", None), (3, "", ImageState.REJECTED), (5, "new", None)],
        "truth.csv",
    )
    assert step is not None
    assert (step.kind, step.subject, len(step)) == (StepKind.IMPORT, "truth.csv", 4)
    assert bench.states() == ["accepted jay", "suggested", "corrected jay", "rejected", "queued", "corrected new"]
    assert bench.table.mark(0) == make_mark(ImageState.ACCEPTED, imported=True)
    assert bench.table.mark(3) == make_mark(ImageState.REJECTED, imported=True)


def test_opened_images_can_be_taken_back(bench: Bench) -> None:
    bench.labelling.choose([4], "jay")
    bench.labelling.note_added([4, 5])
    assert len(bench.table) == 6
    bench.labelling.undo()
    assert len(bench.table) == 4
    bench.labelling.redo()
    assert bench.states()[4:] == ["corrected jay", "queued"]


def test_where_nothing_can_be_kept_nothing_is_decided(bench: Bench) -> None:
    labels = bench.labelling
    labels.choose([0], "jay")
    labels.choose([1], "magpie")
    labels.undo()
    before, changes = bench.states(), QSignalSpy(labels.journal_changed)
    bench.writer.can_write = False
    code = bench.table.vocabulary.code("jay")
    assert [labels.accept([2]), labels.choose([2], "crow"), labels.set_unsure([2]), labels.reject([2])] == [None] * 4
    assert [labels.clear([0]), labels.rename(code, "crow"), labels.unlabel(code), labels.remove([0])] == [None] * 4
    assert [labels.import_labels([(2, "jay", None)], "file"), labels.undo(), labels.redo()] == [None] * 3
    labels.note_added([4, 5])
    assert bench.states() == before
    assert changes.count() == 0
    assert labels.last_label == "magpie"
    bench.writer.can_write = True
    assert labels.redo() is not None


def test_signals_and_words_of_a_step(bench: Bench) -> None:
    told: list[str] = []
    for name, signal in (
        ("decided", bench.labelling.decided),
        ("taken back", bench.labelling.taken_back),
        ("repeated", bench.labelling.repeated),
    ):
        signal.connect(lambda step, name=name: told.append(f"{name}: {in_words(step)}"))
    changes = QSignalSpy(bench.labelling.journal_changed)
    bench.labelling.choose([0, 1], "mag\npie")
    bench.labelling.undo()
    bench.labelling.redo()
    assert told == [f"{what}: label 2 images as mag\\npie" for what in ("decided", "taken back", "repeated")]
    assert changes.count() == 3
    assert bench.labelling.next_redo is None
    assert bench.labelling.redo() is None
    bench.labelling.undo()
    assert bench.labelling.undo() is None


@pytest.mark.parametrize("kind", StepKind)
def test_every_kind_of_step_has_words_for_one_and_many(qapp: QApplication, kind: StepKind) -> None:
    texts = [in_words(Step(kind, "jay", Marks.same(keys, 0), Marks.same(keys, 0), 0.0)) for keys in ([1], [1, 2])]
    assert "1 " in texts[0] or kind is StepKind.RENAME
    assert "2 " in texts[1]
    assert len(set(texts)) == 2
    assert not any("{" in text or "%n" in text for text in texts)


def test_decisions_in_words(qapp: QApplication) -> None:
    assert decision_in_words(ImageState.ACCEPTED, "jay") == "jay (accepted)"
    assert decision_in_words(ImageState.CORRECTED, "a\tb") == "a\\tb (corrected)"
    assert decision_in_words(ImageState.UNSURE, "") == "unsure"
    assert decision_in_words(ImageState.REJECTED, "") == "rejected"
    assert {decision_in_words(state, "") for state in (ImageState.QUEUED, ImageState.FAILED)} == {"none yet"}


@pytest.mark.parametrize("most_bytes", [107, 108], ids=["just less than six images", "six images"])
def test_window_and_journal_forget_the_same_steps(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_bytes: int
) -> None:
    for module in (steps_module, journal):
        monkeypatch.setattr(module, "MOST_BYTES", most_bytes, raising=False)
        monkeypatch.setattr(module, "MOST_STEPS", 4, raising=False)
    session = new_session(tmp_path, 6)
    table = ImageTable()
    table.set_vocabulary(session.vocabulary)
    for rows in session.load():
        table.append(rows)
    labels = Labelling(table, cast("DecisionWriter", DirectWriter(session)))
    keys = list(table.keys())
    for number, count in enumerate((1, 1, 2, 1, 1, 6, 2, 3, 1, 1, 1, 1, 1, 6, 6)):
        labels.choose(keys[:count], f"label {number}")
        steps, in_force = session.journal()
        assert [step.subject for step in steps] == [step.subject for step in labels.steps]
        assert in_force == len(labels.steps)
    while labels.undo() is not None:
        kept = {key: (mark, name) for rows in session.load() for key, mark, name in _decisions(rows)}
        assert kept == {key: (mark, name) for key, mark, name in _marks(table.marks_of(keys))}
    session.close()


def _decisions(rows: ImageRows) -> list[tuple[int, int, int]]:
    return list(zip(rows.keys, rows.marks, rows.labels, strict=True))


def _marks(marks: Marks) -> list[tuple[int, int, int]]:
    return list(zip(marks.keys, marks.marks, marks.names, strict=True))


@dataclass(frozen=True)
class Image:
    """What a person decided about one image, said plainly."""

    state: ImageState | None = None
    label: str = ""
    imported: bool = False
    removed: bool = False

    @property
    def mark(self) -> int:
        return make_mark(self.state, imported=self.imported, removed=self.removed)


class Naive:
    """The same decisions, one image after the other, with a copy of everything for each step."""

    def __init__(self, suggestions: Sequence[str]) -> None:
        self.suggestions = suggestions
        self.images = [Image() for _ in suggestions]
        self.before: list[list[Image]] = []
        self.after: list[list[Image]] = []

    def change(self, keys: Sequence[int], decide: Callable[[int, Image], Image]) -> None:
        changed = list(self.images)
        for key in keys:
            if key < len(changed):
                changed[key] = decide(key, changed[key])
        if changed != self.images:
            self.before.append(self.images)
            self.after.clear()
            self.images = changed

    def accept(self, keys: Sequence[int]) -> None:
        self.change(
            keys,
            lambda key, image: (
                Image(ImageState.ACCEPTED, self.suggestions[key], removed=image.removed)
                if self.suggestions[key]
                else image
            ),
        )

    def choose(self, keys: Sequence[int], label: str, *, imported: bool = False) -> None:
        self.change(keys, lambda key, image: Image(self._state(key, label), label, imported, image.removed))

    def _state(self, key: int, label: str) -> ImageState:
        return ImageState.ACCEPTED if self.suggestions[key] == label else ImageState.CORRECTED

    def set_state(self, keys: Sequence[int], state: ImageState | None) -> None:
        self.change(keys, lambda _key, image: Image(state, removed=image.removed))

    def rename(self, old: str, new: str) -> None:
        self.change(self._with(old), lambda _key, image: replace(image, label=new))

    def unlabel(self, label: str) -> None:
        self.set_state(self._with(label), None)

    def _with(self, label: str) -> list[int]:
        return [key for key, image in enumerate(self.images) if image.label == label]

    def remove(self, keys: Sequence[int]) -> None:
        self.change(keys, lambda _key, image: replace(image, removed=True))

    def undo(self) -> None:
        if self.before:
            self.after.append(self.images)
            self.images = self.before.pop()

    def redo(self) -> None:
        if self.after:
            self.before.append(self.images)
            self.images = self.after.pop()


KEYS = st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, UNKNOWN]), unique=True, max_size=7)
NAME = st.sampled_from(LABELS)
DECISIONS = st.one_of(
    st.tuples(st.sampled_from(["accept", "unsure", "reject", "clear", "remove"]), KEYS),
    st.tuples(st.sampled_from(["choose", "import"]), KEYS, NAME),
    st.tuples(st.just("rename"), NAME, NAME),
    st.tuples(st.just("unlabel"), NAME),
    st.tuples(st.sampled_from(["undo", "undo", "redo"])),
)


def _decide(bench: Bench, naive: Naive, what: str, *rest: object) -> None:
    labels, code = bench.labelling, bench.table.vocabulary.code
    match what, *rest:
        case ("accept", list(keys)):
            labels.accept(keys)
            naive.accept(keys)
        case ("unsure", list(keys)):
            labels.set_unsure(keys)
            naive.set_state(keys, ImageState.UNSURE)
        case ("reject", list(keys)):
            labels.reject(keys)
            naive.set_state(keys, ImageState.REJECTED)
        case ("clear", list(keys)):
            labels.clear(keys)
            naive.set_state(keys, None)
        case ("remove", list(keys)):
            labels.remove(keys)
            naive.remove(keys)
        case ("choose", list(keys), str(label)):
            labels.choose(keys, label)
            naive.choose(keys, label)
        case ("import", list(keys), str(label)):
            labels.import_labels([(key, label, None) for key in keys], "file")
            naive.choose(keys, label, imported=True)
        case ("rename", str(old), str(new)):
            labels.rename(code(old), new)
            naive.rename(old, new)
        case ("unlabel", str(label)):
            labels.unlabel(code(label))
            naive.unlabel(label)
        case ("undo",):
            labels.undo()
            naive.undo()
        case ("redo",):
            labels.redo()
            naive.redo()
        case _:
            raise AssertionError(what)


@given(st.lists(DECISIONS, max_size=30))
@settings(max_examples=150, deadline=None)
def test_table_and_journal_agree_with_a_naive_list(decisions: list[tuple[object, ...]]) -> None:
    bench, naive = Bench(), Naive(("jay", "jay", "magpie", "crow", "", ""))
    table = bench.table
    for what, *rest in decisions:
        _decide(bench, naive, str(what), *rest)
        expected = [(image.mark, image.label) for image in naive.images]
        assert [(table.mark(place), table.label(place)) for place in range(6)] == expected
        assert [bench.session.marks.get(key, (UNMARKED, "")) for key in range(6)] == expected
        listed = [image for image in naive.images if not image.removed]
        assert len(table) == len(listed)
        counts = Counter(image.label for image in listed if image.label)
        assert {table.vocabulary.text(code): count for code, count in table.label_counts().items()} == counts
        assert len(bench.labelling.steps) == len(naive.before)
        assert (bench.labelling.next_redo is not None) == bool(naive.after)


MANY = 100_000
MOST_WALKS = 25
"""A decision about all images costs at most so many plain loops over them: nothing of it may be done one by one in
Python several times over, whatever the computer."""


def _walk_s(keys: Sequence[int]) -> float:
    """Processor time of one plain loop."""
    began = process_time()
    seen = []
    for key in keys:
        seen.append(key)  # noqa: PERF402 - one step for each is what is timed
    return process_time() - began


@pytest.fixture(scope="module")
def many(qapp: QApplication) -> Bench:
    """A hundred thousand images with a thousand suggestions."""
    bench = Bench()
    bench.table.clear()
    codes = array("i", [bench.table.vocabulary.code(f"class {number}") for number in range(1000)])
    rows = ImageRows.queued(paths(MANY), 1)
    rows.answers = bytearray([ImageState.SUGGESTED]) * MANY
    rows.suggestions = codes * (MANY // len(codes))
    rows.scores = array("f", [0.5]) * MANY
    bench.table.append(rows)
    bench.labelling = Labelling(bench.table, cast("DecisionWriter", NoWriter()))
    return bench


@pytest.mark.parametrize("name", ["accept", "choose", "reject", "set_unsure", "clear", "remove", "rename", "import"])
def test_all_images_at_once_do_not_hold_the_window_up(many: Bench, name: str) -> None:
    labels, keys = many.labelling, many.table.keys()
    if name in {"clear", "rename"}:
        labels.choose(keys, "jay")
    truth = [(key, "crow", None) for key in keys]
    jay = many.table.vocabulary.code("jay")
    decisions: dict[str, Callable[[], Step | None]] = {
        "accept": lambda: labels.accept(keys),
        "choose": lambda: labels.choose(keys, "magpie"),
        "reject": lambda: labels.reject(keys),
        "set_unsure": lambda: labels.set_unsure(keys),
        "clear": lambda: labels.clear(keys),
        "remove": lambda: labels.remove(keys),
        "rename": lambda: labels.rename(jay, "Eurasian jay"),
        "import": lambda: labels.import_labels(truth, "truth.csv"),
    }
    times: dict[str, list[float]] = {"do": [], "undo": [], "redo": []}
    walks = []
    for _ in range(5):
        walks.append(_walk_s(keys))
        for what, work in (("do", decisions[name]), ("undo", labels.undo), ("redo", labels.redo), ("", labels.undo)):
            began = process_time()
            step = work()
            times.setdefault(what, []).append(process_time() - began)
            assert step is not None
            assert len(step) == MANY
    if name in {"clear", "rename"}:
        labels.undo()
    dearest = max(min(taken) for taken in times.values())
    assert dearest < MOST_WALKS * min(walks), f"{dearest / min(walks):.0f} walks"
    assert many.table.count(ImageState.SUGGESTED) == MANY
    assert many.table.columns.labels.count(NO_NAME) == MANY
