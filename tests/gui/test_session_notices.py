"""What is said about sessions, labels, exports and imports keeps the rules of writing, whatever the names are."""

import re

import pytest

from gui import export_notices, label_notices, session_notices
from gui.user_message import MessageAction, Place, UserMessage, action_text
from inference.errors import SessionDamagedError, SessionSaveError
from tests.gui.dialog_rules import HOSTILE

_P = f"/p/{HOSTILE}"
_DAMAGED = SessionDamagedError(_P, "Its first page is damaged.")

_ALL: list[tuple[str, UserMessage]] = [
    ("T-01", label_notices.labelled(1248, HOSTILE)),
    ("T-02", label_notices.accepted(2)),
    ("T-03", label_notices.rejected(2)),
    ("T-06", label_notices.merged(3, HOSTILE, "jay")),
    ("T-14", label_notices.undone("label 12 images as magpie")),
    ("T-17", label_notices.marked_unsure(2)),
    ("T-18", label_notices.cleared(2)),
    ("T-19", label_notices.renamed(2, "jay", HOSTILE)),
    ("T-20", label_notices.redone("label 12 images as magpie.")),
    ("E-406", label_notices.label_empty()),
    ("E-406", label_notices.label_exists(HOSTILE)),
    ("T-07", export_notices.exported(2901, _P)),
    ("T-08", export_notices.sidecars_written(2)),
    ("T-22", export_notices.sidecars_reverted(2)),
    ("T-23", export_notices.imported(2, 0)),
    ("E-408", export_notices.file_exists(_P)),
    ("E-410", export_notices.nothing_to_export()),
    ("E-411", export_notices.sidecars_not_understood(2, "x")),
    ("E-412", export_notices.sidecars_not_written(2, "x")),
    ("E-413", export_notices.no_columns(_P)),
    ("E-414", export_notices.imported(2, 12, "x")),
    ("E-415", export_notices.same_names(HOSTILE, HOSTILE, "b")),
    ("E-416", export_notices.hard_links_impossible()),
    ("T-16", session_notices.session_continued(HOSTILE, 12480, 3112)),
    ("T-21", session_notices.copy_restored(2, _P)),
    ("E-402", session_notices.saved_elsewhere(SessionSaveError(_P, "Refused.", is_read_only=True), "/q/b")),
    ("E-402", session_notices.saved_elsewhere(SessionSaveError(_P, "The disk is full.", is_disk_full=True), "/q/b")),
    ("E-402", session_notices.saved_elsewhere(SessionSaveError(_P, "Another program keeps it locked."), "/q/b")),
    ("E-404", session_notices.damaged_with_copy(_DAMAGED, 1e9, 3112)),
    ("E-419", session_notices.session_read_only("It is open in another window.")),
    ("E-422", session_notices.not_put_away(HOSTILE)),
    ("E-423", session_notices.not_renamed("There is a session of this name already.")),
    ("E-602", session_notices.session_restored(1e9)),
]


@pytest.mark.parametrize(("expected", "message"), _ALL, ids=[f"{name}-{at}" for at, (name, _) in enumerate(_ALL)])
def test_every_notice_has_its_id_and_plain_words(expected: str, message: UserMessage) -> None:
    assert message.id == expected
    assert message.text.endswith(".")
    assert not re.search(r"[{}\n\u202e]|  |%n|\(s\)|\.\.", message.text)
    assert not re.search(r"\b(please|oops|invalid|error)\b|!", message.text, re.IGNORECASE)
    (message.text + message.details).encode("utf-8")
    assert all(action_text(action) for action in message.actions)


def test_one_is_not_many() -> None:
    texts = [
        label_notices.labelled(1, "jay").text,
        label_notices.accepted(1).text,
        label_notices.merged(1, "a", "b").text,
        export_notices.exported(1, "/p/l.csv").text,
        export_notices.sidecars_written(1).text,
        export_notices.sidecars_not_understood(1, "").text,
        export_notices.imported(1, 1).text,
        export_notices.write_into_sidecars(1),
        session_notices.session_continued("birds", 1, 0).text,
    ]
    assert texts == [
        "Labelled 1 image as jay.",
        "Accepted 1 suggestion.",
        "Merged a into b: 1 image.",
        "Exported 1 label to l.csv.",
        "Wrote 1 sidecar.",
        "1 sidecar was left alone because it could not be understood.",
        "Imported 1 label. 1 row had no matching image.",
        "Write into 1 existing sidecar file? Keywords from other programs are kept.",
        "Continuing session birds: 1 image, 0 labelled.",
    ]


def test_long_and_grouped() -> None:
    assert label_notices.labelled(1248, "x" * 300).text.startswith("Labelled 1,248 images as xxx")
    assert len(label_notices.labelled(1248, "x" * 300).text) < 120
    assert session_notices.session_continued("birds", 12480, 3112).text == (
        "Continuing session birds: 12,480 images, 3,112 labelled."
    )
    assert export_notices.write_into_sidecars(1204).startswith("Write into 1,204 existing sidecar files?")


def test_steps_can_be_undone_and_files_shown() -> None:
    for message in (label_notices.labelled(1, "a"), label_notices.accepted(1), export_notices.imported(1, 0)):
        assert message.actions == (MessageAction.UNDO,)
        assert message.place is Place.TOAST
    assert export_notices.exported(1, _P).subject == _P, "whoever shows the file gets the path as it is"
    assert export_notices.sidecars_written(1).actions == (MessageAction.REVERT,)


def test_a_damaged_session_with_a_copy_offers_the_copy_first() -> None:
    message = session_notices.damaged_with_copy(_DAMAGED, 1e9, 3112)
    assert message.actions[0] is MessageAction.RESTORE_COPY
    assert "3,112 labels" in message.text
    assert "Its first page is damaged." in message.details


def test_measured_accuracy_is_a_sentence() -> None:
    text = label_notices.accuracy_known(0.94, 312)
    assert text == "Of 312 images that you reviewed, the first suggestion was right for 94 %."


@pytest.mark.parametrize("unmatched", [0, 3])
def test_an_import_that_changed_nothing_cannot_be_taken_back(unmatched: int) -> None:
    assert MessageAction.UNDO in export_notices.imported(2, unmatched).actions
    assert MessageAction.UNDO not in export_notices.imported(0, unmatched).actions
