"""The trial climbs from step to step, takes what answers alike and is faster, and loses nothing by an error."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.arrays import InputBatch
from inference.cancel import Cancelled, CancelToken
from inference.engine.card import learning
from inference.engine.card.choice import CardChoice, CardChoices
from inference.engine.card.learning import BUILT_BATCH, learn_card
from inference.engine.card.opening import Model, open_variant
from inference.engine.card.variant import KERNEL_STEPS, PLAIN, TRANSFER_STEPS, Variant
from inference.engine.devices import Device
from inference.engine.runtime import OnnxSession
from inference.errors import InferenceError
from inference.models.contract import INPUT_NAME
from inference.models.half.half_file import half_path
from tests.inference.engine.card.spy import tiny_model

STEPS = (KERNEL_STEPS[Device.CUDA], TRANSFER_STEPS[Device.CUDA])
HALF, NHWC, _FUSED = STEPS[0]


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return tiny_model(tmp_path)


class _Card:
    """Opens the tiny model on the processor, with a clock that shows what each variant takes on this card."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, factors: Mapping[str, float]) -> None:
        self.time = 0.0
        self.opened: list[Variant] = []
        self.open = self.most_open = 0
        self.searching = False
        self.spoiled: Callable[[Variant, dict[str, NDArray[Any]]], None] = lambda _variant, _answer: None
        self._factors = factors
        monkeypatch.setattr(learning, "open_variant", self._open)
        monkeypatch.setattr(learning, "close_variant", self._close)

    def now(self) -> float:
        return self.time

    def seconds(self, variant: Variant, count: int) -> float:
        names = [name for name in Variant.__dataclass_fields__ if getattr(variant, name)]
        return (0.004 + 0.001 * count) * float(np.prod([self._factors.get(name, 1.0) for name in names]))

    def learn(self, model: Model, **options: Any) -> CardChoice:  # noqa: ANN401 - of `learn_card`
        return learn_card(model, CardChoices(model.cache), pictures=16, steps=STEPS, now=self.now, **options)

    def _open(self, model: Model, variant: Variant, batch: int, *, cancel: CancelToken | None) -> _Watched:
        self.opened.append(variant)
        session = open_variant(model, variant, batch, cancel=cancel)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        return _Watched(self, session, variant)

    def _close(self, session: _Watched) -> None:
        assert session.is_open, "a session was closed twice"
        session.is_open = False
        self.open -= 1

    def fail_at_opening(self, monkeypatch: pytest.MonkeyPatch, variant: Variant, number: int) -> None:
        """Have no memory when a variant is opened for the first (1), second (2)... time."""
        opens = self._open

        def fails(model: Model, candidate: Variant, batch: int, *, cancel: CancelToken | None = None) -> _Watched:
            if candidate == variant and self.opened.count(variant) == number - 1:
                raise InferenceError("its memory is too small", out_of_memory=True)
            return opens(model, candidate, batch, cancel=cancel)

        monkeypatch.setattr(learning, "open_variant", fails)


class _Watched:
    def __init__(self, card: _Card, session: OnnxSession, variant: Variant) -> None:
        self.metadata = session.metadata
        self.is_open = True
        self._card, self._session, self._variant = card, session, variant

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        answer = self._session.run(names, feeds, cancel)
        self._card.time += self._card.seconds(self._variant, len(feeds[INPUT_NAME]))
        self._card.spoiled(self._variant, answer)
        return answer


def test_what_is_faster_is_taken_and_the_rest_is_left(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"half": 0.5, "nhwc": 1.2, "bound": 0.9, "turns": 1.0, "graph": 0.8})
    choice = card.learn(model)
    assert choice.variant == Variant(half=True, bound=True, graph=True)
    assert choice.times_as_fast == pytest.approx(1 / (0.5 * 0.9 * 0.8))
    assert [(one.name, one.objection) for one in choice.tried] == [
        ("float16", ""),
        ("float16, channels last", "it is not faster"),
        ("float16, bound buffers", ""),
        ("float16, two parts in turn", "it is not faster"),
        ("float16, bound buffers, one graph", ""),
    ]
    # 0.004 s for a launch and 0.001 s for a picture, halved: the limit of a batch is 0.2 s.
    assert choice.batch == 128
    assert card.open == 0
    assert CardChoices(model.cache).remembered(model.model_hash, model.device) == choice


def test_the_bias_is_fused_where_the_channels_are_last(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"nhwc": 0.5, "fused": 0.9})
    choice = card.learn(model)
    assert choice.variant == Variant(nhwc=True, fused=True)
    assert "channels last, bias fused" in [one.name for one in choice.tried]


def test_what_the_search_took_of_the_memory_is_given_back(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"half": 0.5})
    card.learn(model)
    plain, again, half, _, opened, *_ = card.opened
    assert (plain, again, half, opened) == (PLAIN, PLAIN, HALF, HALF)
    assert card.most_open == 2


def test_without_a_gain_the_plain_session_stays(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {})
    choice = card.learn(model)
    assert choice.variant == PLAIN
    assert choice.times_as_fast == 1
    assert {one.objection for one in choice.tried} == {"it is not faster"}
    assert card.open == 0


def _one_class_more(variant: Variant, answer: dict[str, NDArray[Any]]) -> None:
    if variant.half:
        answer["logits"][:, 0] += 100


def _head_that_lies(variant: Variant, answer: dict[str, NDArray[Any]]) -> None:
    if variant.half and "head_bias" in answer:
        answer["head_bias"] += 100


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(_one_class_more, "numbers differ"), (_head_that_lies, "do not add up")],
    ids=["logits", "head"],
)
def test_what_answers_otherwise_is_not_taken_however_fast(
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Variant, dict[str, NDArray[Any]]], None],
    words: str,
) -> None:
    card = _Card(monkeypatch, {"half": 0.1, "nhwc": 0.5})
    card.spoiled = spoil
    choice = card.learn(model)
    assert choice.variant == NHWC
    assert words in choice.tried[0].objection


def test_maps_that_differ_are_seen_beside_right_scores(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"nhwc": 0.5})

    def spoil(variant: Variant, answer: dict[str, NDArray[Any]]) -> None:
        # Not in the self-check, which asks for the head: the maps of batches only.
        if variant.nhwc and "head_bias" not in answer:
            answer["evidence"] = answer["evidence"][..., ::-1]

    card.spoiled = spoil
    choice = card.learn(model)
    assert choice.variant == PLAIN
    assert choice.tried[1].objection.startswith("its numbers differ by")


def test_an_error_costs_its_variant_only(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"half": 0.5, "bound": 0.5})
    opens = card._open

    def fails(model: Model, variant: Variant, batch: int, *, cancel: CancelToken | None = None) -> _Watched:
        if variant.nhwc:
            raise InferenceError("no kernel was found")
        return opens(model, variant, batch, cancel=cancel)

    def spoil(variant: Variant, _answer: dict[str, NDArray[Any]]) -> None:
        if variant.graph:
            raise InferenceError(disturbed)

    disturbed = "CUDA failure 900: operation not permitted when stream is capturing"
    monkeypatch.setattr(learning, "open_variant", fails)
    card.spoiled = spoil
    choice = card.learn(model)
    assert choice.variant == Variant(half=True, bound=True)
    assert [one.objection for one in choice.tried if one.objection] == [
        "no kernel was found", "it is not faster", disturbed,
    ]  # fmt: skip
    assert choice.failed_at is None, "these are faults of the variants, and stay; nobody else could disturb the capture"
    assert card.open == 0


def test_a_batch_that_fails_leaves_the_one_that_was_compared(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"half": 0.5})

    def spoil(variant: Variant, answer: dict[str, NDArray[Any]]) -> None:
        if variant.half and len(answer["logits"]) == 1 and "head_bias" not in answer and card.searching:
            raise InferenceError("a kernel for one picture is broken.")

    card.spoiled = spoil
    fit = learning._Trial.fit_batch

    def fit_while_searching(self: Any, most: int = 256) -> None:  # noqa: ANN401 - private
        card.searching = True
        fit(self, most)
        card.searching = False

    monkeypatch.setattr(learning._Trial, "fit_batch", fit_while_searching)
    choice = card.learn(model)
    assert choice.variant == HALF
    # The plain session's: 0.004 s for a launch and 0.001 s for a picture.
    assert choice.batch == 64


def test_what_fails_in_the_end_is_not_taken(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"half": 0.5})

    def fails(_self: object) -> None:
        raise InferenceError("the memory of cuda is too small.", out_of_memory=True)

    monkeypatch.setattr(learning._Trial, "_beside_plain", fails)
    choice = card.learn(model)
    assert choice.variant == PLAIN
    assert choice.tried[-1].objection == "the memory of cuda is too small."
    assert choice.failed_at is not None
    assert card.open == 0


def test_the_last_word_has_the_comparison_with_the_plain_session(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"half": 0.5})
    climbed = learning._Trial.climb

    def and_then_slow(self: Any, step: Variant, remember: Any) -> None:  # noqa: ANN401 - private
        climbed(self, step, remember)
        card._factors = {"half": 0.5 if step == HALF else 2.0}

    monkeypatch.setattr(learning._Trial, "climb", and_then_slow)
    choice = card.learn(model)
    assert choice.variant == PLAIN
    assert choice.tried[-1].objection == "it is not faster than the plain way"


def test_whoever_cancels_leaves_nothing_open(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"half": 0.5})
    cancel = CancelToken()

    def spoil(variant: Variant, _answer: dict[str, NDArray[Any]]) -> None:
        if variant.half:
            cancel.cancel()

    card.spoiled = spoil
    with pytest.raises(Cancelled):
        card.learn(model, cancel=cancel)
    assert card.open == 0


def test_what_cannot_be_opened_again_is_not_taken_and_no_step_is_blamed_for_it(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = _Card(monkeypatch, {"half": 0.5})
    card.fail_at_opening(monkeypatch, HALF, 2)
    choice = card.learn(model)
    assert choice.variant == PLAIN
    # The plain session's: 0.004 s for a launch and 0.001 s for a picture.
    assert choice.batch == 64
    assert [(one.name, one.objection) for one in choice.tried] == [
        ("float16", ""),
        ("float16, channels last", "it is not faster"),
        ("float16", "its memory is too small"),
    ]
    assert choice.failed_at is not None, "another program may have had the memory"
    assert not choice.is_due
    assert card.open == 0
    assert CardChoices(model.cache).remembered(model.model_hash, model.device) == choice


def test_where_the_plain_session_does_not_run_any_more_it_is_told_with_what_was_tried(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = _Card(monkeypatch, {})
    card.fail_at_opening(monkeypatch, PLAIN, 3)
    with pytest.raises(InferenceError, match="its memory is too small"):
        card.learn(model)
    assert card.open == 0
    known = CardChoices(model.cache).remembered(model.model_hash, model.device)
    assert known is not None
    assert known.variant == PLAIN
    assert [(one.name, one.objection) for one in known.tried] == [
        ("float16", "it is not faster"),
        ("channels last", "it is not faster"),
        ("plain", "its memory is too small"),
    ]
    assert known.failed_at is not None


@pytest.mark.parametrize("number", [1, 2])
def test_where_the_plain_session_does_not_run_at_all_nothing_is_remembered(
    model: Model, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    card = _Card(monkeypatch, {})
    card.fail_at_opening(monkeypatch, PLAIN, number)
    with pytest.raises(InferenceError, match="its memory is too small"):
        card.learn(model)
    assert card.open == 0
    assert CardChoices(model.cache).remembered(model.model_hash, model.device) is None


@pytest.mark.parametrize("where", ["fit_batch", "choice"])
def test_a_death_of_the_best_leaves_the_plain_session(
    model: Model, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    card = _Card(monkeypatch, {"half": 0.5})
    real = getattr(learning._Trial, where)

    def dies(self: Any, *options: Any) -> Any:  # noqa: ANN401 - private
        if self.best == HALF:
            raise KeyboardInterrupt
        return real(self, *options)

    monkeypatch.setattr(learning._Trial, where, dies)
    with pytest.raises(KeyboardInterrupt):
        card.learn(model)
    known = CardChoices(model.cache).remembered(model.model_hash, model.device)
    assert known is not None
    assert known.variant == PLAIN
    assert (known.tried[0].name, known.tried[0].objection) == ("float16", "")
    assert (known.tried[-1].name, known.tried[-1].objection) == ("float16", "the program ended while it was tried")
    assert known.failed_at is not None, "it may have been ended from outside"


def test_a_death_in_the_middle_leaves_the_best_so_far(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    card = _Card(monkeypatch, {"half": 0.5})

    def spoil(variant: Variant, _answer: dict[str, NDArray[Any]]) -> None:
        if variant.nhwc:
            raise KeyboardInterrupt

    card.spoiled = spoil
    with pytest.raises(KeyboardInterrupt):
        card.learn(model)
    known = CardChoices(model.cache).remembered(model.model_hash, model.device)
    assert known is not None
    assert known.variant == HALF
    assert known.tried[-1].name == "float16, channels last"
    assert known.tried[-1].objection == "the program ended while it was tried"
    assert known.failed_at is not None


def test_a_variant_for_which_the_cache_has_no_room_is_tried_another_day(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = half_path(model.model_hash, model.cache).parent
    shutil.rmtree(folder)
    folder.write_bytes(b"a file where a folder should be")
    choice = _Card(monkeypatch, {"nhwc": 0.5}).learn(model)
    assert choice.variant == NHWC
    assert "could not be written" in choice.tried[0].objection
    known = CardChoices(model.cache).remembered(model.model_hash, model.device)
    assert known is not None
    assert known.failed_at is not None


def test_tensorrt_is_asked_to_build_for_one_batch_only(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = []

    def no_card(_model: Model, variant: Variant, batch: int, *, cancel: CancelToken | None = None) -> OnnxSession:
        batches.append(batch)
        return open_variant(model, PLAIN, batch, cancel=cancel)

    monkeypatch.setattr(learning, "open_variant", no_card)
    built = Model(model.path, model.model_hash, Device.TENSORRT, model.cache, 1, 16)
    learn_card(built, CardChoices(model.cache), pictures=8)
    assert set(batches[1:]) == {BUILT_BATCH}


def test_what_is_timed_is_no_copy_of_all_pictures(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, bool]] = []

    def search(run: Callable[[int], None], **_options: object) -> int:
        for size in (1, 16, 32):
            run(size)
        return 16

    original = learning._Trial.run_of

    def run_of(trial: Any, session: Any) -> Any:  # noqa: ANN401 - of `_Trial`
        run = original(trial, session)

        def watched(images: InputBatch) -> Any:  # noqa: ANN401 - likewise
            given.append((len(images), np.shares_memory(images, trial.pictures)))
            return run(images)

        return watched

    monkeypatch.setattr(learning, "find_batch_size", search)
    monkeypatch.setattr(learning._Trial, "run_of", run_of)
    _Card(monkeypatch, {}).learn(model)
    assert given[:3] == [(1, True), (16, True), (32, False)]
