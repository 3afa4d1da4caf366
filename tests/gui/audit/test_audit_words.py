"""What an audit found is said in full sentences, and why images do not count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gui.audit.audit_words import Missing, class_words, ground_words, map_words, nothing_words, summary_words
from gui.audit.audit_work import AuditFound, ClassLine

_FOUND = AuditFound("Net {b}", {}, {}, {}, {}, counted=1234, missing={}, failures=(), border_if_even=0.4375, scale=1.0)
_LINE = ClassLine(3, "meadow", pictures=12, border=0.7512, outside=None, place="bottom left")


def _plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_how_many_count() -> None:
    assert _plain(summary_words(_FOUND)) == (
        "1,234 images count, as Net {b} sees them. Evenly spread evidence would have 43.8 % on the border."
    )
    some = replace(_FOUND, counted=1, missing={Missing.FAILED: 2, Missing.WAITING: 1500})
    assert _plain(summary_words(some)).startswith(
        "1 image counts, as Net {b} sees it; of the others: 1,500 are not classified yet, "
        "2 could not be classified. Evenly"
    )


@pytest.mark.parametrize("why", list(Missing))
def test_every_reason_has_words_for_one_and_for_many(why: Missing) -> None:
    one, many = (nothing_words(replace(_FOUND, counted=0, missing={why: count})) for count in (1, 3000))
    assert "None of these images counts: " in one
    assert "1" in one
    assert "3,000" in many
    assert one.replace("1", "3,000") != "" != many
    assert ("Classify them" in one) is (why in {Missing.WAITING, Missing.WITHOUT_MAP})


def test_an_empty_gallery_is_no_fault_of_the_model() -> None:
    assert nothing_words(replace(_FOUND, counted=0)) == "The gallery shows no images, so there is nothing to audit."


def test_a_class_is_told_by_its_numbers() -> None:
    assert _plain(class_words(_LINE, _FOUND)) == (
        "meadow: 75.1 % of the evidence lies on the border (43.8 % if it were spread evenly); most of it: bottom left."
    )
    with_box = replace(_LINE, outside=0.5, place="")
    assert _plain(class_words(with_box, _FOUND)).endswith("spread evenly), 50.0 % outside the box.")


def test_a_hostile_class_name_is_shown_as_text() -> None:
    words = class_words(replace(_LINE, name="<b>a\u202e\nb"), _FOUND)
    assert "\u202e" not in words
    assert "\n" not in words


def test_what_lies_below_the_map() -> None:
    assert ground_words(_LINE, None) == ""
    assert "plain ground" in ground_words(_LINE, 0)
    assert ground_words(_LINE, 12) == "Below the map: the mean of the 12 images."
    assert ground_words(_LINE, 5) == "Below the map: the mean of 5 of the images."
    assert ground_words(replace(_LINE, pictures=1), 1) == "Below the map: the image itself."
    assert ground_words(_LINE, 1) == "Below the map: one of the images."


def test_the_colours_of_the_mean_map_have_a_meaning_and_a_scale() -> None:
    words = map_words(replace(_FOUND, scale=0.0312))
    assert words.startswith("Orange speaks for the class, blue against it")
    assert words.endswith("0.031 logits.")


def test_an_audit_of_the_model_before_says_so() -> None:
    assert "Another model is open now" not in summary_words(_FOUND)
    assert summary_words(_FOUND, is_of_before=True).endswith("audit again to see what that one attends to.")
