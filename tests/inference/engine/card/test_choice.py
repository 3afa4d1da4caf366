"""What the trial found is remembered for this card, driver, versions and model, and forgotten without harm."""

from __future__ import annotations

import json
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
    assert str(plain) == "the plain way, batches of 32 (of 2 others none was taken)"


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
