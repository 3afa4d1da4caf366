"""What the trial found is remembered for this card, driver, versions and model, and forgotten without harm."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine import nvidia
from inference.engine.card import choice as choice_module
from inference.engine.card.choice import CardChoice, CardChoices, Tried, choice_key
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import Device
from inference.engine.nvidia import NvidiaDriver

FAST = CardChoice(
    Variant(half=True, nhwc=True, bound=True),
    batch=64,
    times_as_fast=2.5,
    tried=(Tried("float16", 1.9, 1e-3), Tried("one graph", objection="it cannot be captured")),
)

_DAY_S = 86_400


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "new" / "profile"


def test_a_choice_is_remembered_by_the_next_start(cache: Path) -> None:
    CardChoices(cache).remember("a", Device.CUDA, FAST)
    later = CardChoices(cache)
    assert later.remembered("a", Device.CUDA) == FAST
    assert later.remembered("a", Device.TENSORRT) is None
    assert later.remembered("b", Device.CUDA) is None


def test_a_choice_is_told_in_words() -> None:
    words = "float16, channels last, bound buffers: 2.5 times as fast as the plain way, batches of 64"
    assert str(FAST) == words
    plain = CardChoice(PLAIN, 32, tried=FAST.tried)
    assert str(plain) == "the plain way, batches of 32 (of the other ways none was taken)"
    assert str(CardChoice(PLAIN, 32)) == "the plain way, batches of 32"
    resting = "float16, channels last, bound buffers is tried again a day after it failed"
    assert str(replace(FAST, resting_since=time.time())) == f"the plain way, batches of 64 ({resting})"
    assert str(replace(FAST, resting_since=time.time() - 2 * _DAY_S)) == words


def test_variants_are_not_counted_since_one_may_be_tried_and_doubted() -> None:
    tried = (
        Tried("float16", 1.5),
        Tried("float16", objection="it failed later"),
        Tried("plain", objection="no memory"),
    )
    assert str(CardChoice(PLAIN, 32, tried=tried)) == str(CardChoice(PLAIN, 32, tried=tried[:1]))


def test_another_card_driver_version_or_form_asks_for_a_new_trial(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = CardChoices(cache)
    choices.remember("a", Device.CUDA, FAST)
    driver_file = tmp_path / "version"
    driver_file.write_text("NVRM version: another one\nGCC version: 1")
    changes = (
        (nvidia, "find_driver", lambda: NvidiaDriver((13, 0), ("another card",))),
        (choice_module, "_version", lambda package: "99.0"),
        (choice_module, "_DRIVER_FILE", driver_file),
        (choice_module, "FORM", choice_module.FORM + 1),
    )
    keys = {choice_key("a", Device.CUDA)}
    for place, name, value in changes:
        with monkeypatch.context() as patch:
            patch.setattr(place, name, value)
            assert choices.remembered("a", Device.CUDA) is None
            keys.add(choice_key("a", Device.CUDA))
    assert len(keys) == 5
    assert choices.remembered("a", Device.CUDA) == FAST


def test_what_failed_is_given_up_and_the_batch_stays(cache: Path) -> None:
    choices = CardChoices(cache)
    choices.give_up("a", Device.CUDA, "nothing is known yet")
    assert choices.remembered("a", Device.CUDA) is None
    choices.remember("a", Device.CUDA, FAST)
    choices.give_up("a", Device.CUDA, "the driver died")
    known = choices.remembered("a", Device.CUDA)
    assert known is not None
    assert (known.variant, known.batch) == (PLAIN, 64)
    assert known.tried[-1] == Tried(str(FAST.variant), objection="it failed later: the driver died")


@pytest.mark.parametrize(("days_ago", "is_due"), [(None, False), (0.9, False), (1.01, True), (-0.1, True)])
def test_a_trial_in_which_something_failed_that_may_pass_is_due_after_a_day(
    cache: Path, days_ago: float | None, *, is_due: bool
) -> None:
    date = None if days_ago is None else time.time() - days_ago * _DAY_S
    CardChoices(cache).remember("a", Device.CUDA, replace(FAST, failed_at=date))
    known = CardChoices(cache).remembered("a", Device.CUDA)
    assert known == replace(FAST, failed_at=date)
    assert known.is_due is is_due


def test_a_variant_rests_and_is_used_again(cache: Path) -> None:
    choices = CardChoices(cache)
    choices.rest("a", Device.CUDA)
    assert choices.remembered("a", Device.CUDA) is None
    choices.remember("a", Device.CUDA, FAST)
    choices.rest("a", Device.CUDA)
    resting = CardChoices(cache).remembered("a", Device.CUDA)
    assert resting is not None
    assert (resting.variant, resting.is_resting, resting.is_due) == (FAST.variant, True, False)
    choices.resume("a", Device.CUDA)
    assert CardChoices(cache).remembered("a", Device.CUDA) == FAST


def test_a_row_of_an_older_version_has_no_dates(cache: Path) -> None:
    choices = CardChoices(cache)
    choices.remember("a", Device.CUDA, FAST)
    file = cache / "cards.json"
    rows = json.loads(file.read_text())
    del rows[choice_key("a", Device.CUDA)]["failed_at"], rows[choice_key("a", Device.CUDA)]["resting_since"]
    file.write_text(json.dumps(rows))
    assert choices.remembered("a", Device.CUDA) == FAST


def test_what_failed_is_given_up_on_a_disk_that_cannot_be_written_too(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"")
    choices = CardChoices(cache)
    choices.remember("a", Device.CUDA, FAST)
    assert choices.remembered("a", Device.CUDA) == FAST
    choices.give_up("a", Device.CUDA, "the driver died")
    known = CardChoices(cache).remembered("a", Device.CUDA)
    assert known is not None
    assert known.variant == PLAIN
    choices.forget("a", Device.CUDA)
    assert choices.remembered("a", Device.CUDA) is None


_KEYS = ["variant", "batch", "times_as_fast", "tried", "half", "nhwc", "name"]


@settings(max_examples=60)
@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_KEYS), inner),
    ).map(lambda value: json.dumps({choice_key("a", Device.CUDA): value}).encode())
)
def test_a_damaged_file_is_an_unknown_choice(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    cache = tmp_path_factory.mktemp("choices")
    (cache / "cards.json").write_bytes(content)
    choices = CardChoices(cache)
    assert choices.remembered("a", Device.CUDA) is None
    choices.remember("a", Device.CUDA, FAST)
    assert choices.remembered("a", Device.CUDA) == FAST


@pytest.mark.parametrize(
    "change",
    [
        {"batch": 0},
        {"batch": True},
        {"batch": 10**6},
        {"variant": {"half": True}},
        {"times_as_fast": "2"},
        {"tried": None},
    ],
)
def test_a_row_with_one_wrong_value_is_unknown(cache: Path, change: dict[str, object]) -> None:
    choices = CardChoices(cache)
    choices.remember("a", Device.CUDA, FAST)
    file = cache / "cards.json"
    rows = json.loads(file.read_text())
    rows[choice_key("a", Device.CUDA)] |= change
    file.write_text(json.dumps(rows))
    assert choices.remembered("a", Device.CUDA) is None
