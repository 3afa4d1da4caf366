"""Test gui/notices.py: what is said without an error behind it."""

import re

import pytest

from gui import notices
from gui.dropping import DropKind
from gui.user_message import MessageAction, Place, UserMessage, action_text

_NAME = "/p/<b>&\n\udcff"

_ALL: dict[str, UserMessage] = {
    "T-05": notices.images_added(12, 3),
    "E-204": notices.images_added(0, 5),
    "E-203": notices.no_images_found(_NAME),
    "E-205": notices.drop_refused(DropKind.LINK),
    "E-201": notices.drop_refused(DropKind.NOTHING),
    "E-208": notices.nothing_to_paste(),
    "E-111": notices.files_skipped(2, _NAME),
    "E-112": notices.folders_unreadable(1, "x"),
    "E-115": notices.links_not_followed(3),
    "E-108": notices.first_frame_used(_NAME),
    "E-113": notices.profile_unusable(_NAME),
    "T-09": notices.job_finished(12480, 3, 75.2),
    "T-10": notices.model_ready(_NAME),
    "T-12": notices.copied(),
    "T-28": notices.not_inverted(),
    "T-04": notices.removed(2),
    "E-103": notices.not_an_image(_NAME),
    "E-308": notices.preprocessing_assumed(_NAME),
    "E-310": notices.no_map(),
    "E-311": notices.map_approximate(),
    "E-312": notices.device_refused("CUDA", "the driver is too old.", "Install driver 580."),
    "E-313": notices.smaller_batches(4, on_card=True),
    "E-604": notices.settings_reset(_NAME),
    "E-605": notices.thumbnails_not_kept(_NAME),
    "E-606": notices.already_running(),
}


@pytest.mark.parametrize("expected", _ALL)
def test_every_notice_has_its_id_and_plain_words(expected: str) -> None:
    message = _ALL[expected]
    assert message.id == expected
    assert message.text.endswith(".")
    assert not re.search(r"[{}\n]|  |%n|\(s\)", message.text)
    message.text.encode("utf-8")


def test_counts_agree_with_their_verbs() -> None:
    assert notices.images_added(1, 1).text == "Added 1 image. 1 was already here."
    assert notices.images_added(12, 3).text == "Added 12 images. 3 were already here."
    assert notices.job_finished(1, 0, 0.2).text == "Classified 1 image in under a second."
    assert notices.job_finished(12480, 3, 75.2).text == ("Classified 12,480 images in 1 min 15 s. 3 could not be read.")
    assert notices.files_skipped(1, "/p/x").text == "1 file in x was skipped because it is not an image."
    assert notices.files_skipped(2).text == "2 files were skipped because they are not images."
    assert notices.removed(1).text == "Removed 1 image from the session. The file is still there."
    assert notices.removed(2).text == "Removed 2 images from the session. The files are still there."


def test_a_removal_can_be_undone_and_a_refused_file_shown() -> None:
    assert [action_text(action) for action in _ALL["T-04"].actions] == ["Undo"]
    refused = notices.not_an_image("/p/notes.txt")
    assert (refused.place, refused.subject) == (Place.TOAST, "/p/notes.txt")
    assert refused.text == "Cannot read notes.txt. It is not an image, or the file is damaged."
    assert refused.actions == (MessageAction.REVEAL,), "there is no row to remove or to try again"


def test_every_action_has_a_verb() -> None:
    assert all(action_text(action) for action in MessageAction)


def test_a_refused_device_reads_as_a_sentence() -> None:
    text = notices.device_refused("CUDA", "the driver is too old.", "").text
    assert text == "CUDA cannot be used (the driver is too old). Running on the processor."


def test_toasts_are_events_and_banners_are_states() -> None:
    assert _ALL["T-05"].place is Place.TOAST
    assert _ALL["E-312"].place is Place.BANNER


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "under a second"), (1.0, "1 second"), (59, "59 seconds"), (61, "1 min 1 s"), (3600 * 2.5, "2 h 30 min")],
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert notices.duration(seconds) == text


def test_only_a_card_is_said_to_be_one() -> None:
    assert notices.smaller_batches(1, on_card=True).text == (
        "The graphics card ran out of memory. Continuing with 1 image at a time."
    )
    assert notices.smaller_batches(4, on_card=False).text == (
        "The memory is too small for so many images at a time. Continuing with 4 at a time."
    )


def test_images_that_filters_hide_are_said_to_be_there() -> None:
    hidden = notices.images_added(24, 0, hidden=24)
    assert hidden.text == "Added 24 images. The filters hide them."
    assert hidden.actions == (MessageAction.CLEAR_FILTERS,)
    some = notices.images_added(24, 2, hidden=3, can_undo=True)
    assert some.text == "Added 24 images. 2 were already here. The filters hide 3 of them."
    assert some.actions == (MessageAction.CLEAR_FILTERS, MessageAction.UNDO)
    assert notices.images_added(1, 0, hidden=1).text == "Added 1 image. The filters hide it."
    assert notices.images_added(24, 0, can_undo=True).actions == (MessageAction.UNDO,)
