"""Test gui/messages.py: every error has a message, and the message keeps the rules of writing."""

import re

import pytest

from gui.engine_events import NoMemoryForPictureError
from gui.messages import describe, format_list, reason, unexpected
from gui.user_message import Level, MessageAction, Place, UserMessage, action_text
from inference import errors
from inference.errors import CardinalError, ImageProblem, ImageReadError

_FORMATS = ("JPEG", "PNG", "WebP")
_PATH = "/photos/IMG <b>&\n\udcff.jpg"

_EXAMPLES: dict[type[CardinalError], CardinalError] = {
    errors.CardinalError: errors.CardinalError("Something rare."),
    errors.ImageReadError: ImageReadError(_PATH, ImageProblem.DAMAGED),
    errors.ModelLoadError: errors.ModelLoadError(_PATH, "it is not an ONNX model."),
    errors.ModelContractError: errors.ModelContractError(_PATH, ("It has 3 labels for 4 scores.", "It has no mean.")),
    errors.ModelNotFoundError: errors.ModelNotFoundError(_PATH, ("tiny",)),
    errors.DownloadError: errors.DownloadError("https://example.org/x", "the connection ended."),
    errors.UnknownClassError: errors.UnknownClassError("jabberwock", "tiny"),
    errors.DeviceError: errors.DeviceError("cuda", "no NVIDIA driver was found", "Install one."),
    errors.InferenceError: errors.InferenceError("out of memory."),
    errors.OutputWriteError: errors.OutputWriteError(_PATH, "the disk is full."),
    errors.SessionError: errors.SessionError(_PATH),
    errors.SessionInUseError: errors.SessionInUseError(_PATH),
    errors.NoSessionError: errors.NoSessionError(_PATH, ".cardinal"),
    errors.SessionDamagedError: errors.SessionDamagedError(_PATH, "Its first page is not SQLite's."),
    errors.SessionNewerError: errors.SessionNewerError(_PATH, 12),
    errors.SessionSaveError: errors.SessionSaveError(_PATH, "The disk does not answer."),
    errors.LabelFileError: errors.LabelFileError(_PATH, "It has no column that looks like a path."),
    errors.ChildTaskError: errors.ChildTaskError("Adding the model", "it ended with code 1.\nTraceback:\n  line"),
}

_IDS = {
    ImageProblem.MISSING: "E-101",
    ImageProblem.NO_PERMISSION: "E-102",
    ImageProblem.NOT_AN_IMAGE: "E-103",
    ImageProblem.DAMAGED: "E-103",
    ImageProblem.TRUNCATED: "E-104",
    ImageProblem.TOO_MANY_PIXELS: "E-105",
    ImageProblem.UNSUPPORTED_FORMAT: "E-106",
    ImageProblem.EMPTY: "E-107",
    ImageProblem.TOO_MANY_BYTES: "E-117",
    ImageProblem.OUT_OF_MEMORY: "E-118",
    ImageProblem.TIMEOUT: "E-119",
    ImageProblem.CRASHED: "E-120",
    ImageProblem.NOT_A_FILE: "E-121",
    ImageProblem.UNREADABLE: "E-122",
    ImageProblem.NO_VALID_NUMBERS: "E-314",
    ImageProblem.CHANGED: "E-109",
}


def _subclasses(root: type[CardinalError]) -> set[type[CardinalError]]:
    return {root}.union(*(_subclasses(child) for child in root.__subclasses__()))


def _check_writing(message: UserMessage) -> None:
    assert re.fullmatch(r"E-\d{3}", message.id)
    assert message.text.endswith((".", "…")), message.text
    assert "{" not in message.text
    assert "  " not in message.text
    assert not re.search(r"\b(please|oops|invalid|error|exception|traceback)\b|!", message.text, re.IGNORECASE)
    message.text.encode("utf-8")
    message.details.encode("utf-8")
    assert "\n" not in message.text
    assert all(action_text(action) for action in message.actions)


def test_a_picture_that_there_is_no_memory_for_has_its_own_message() -> None:
    message = describe(NoMemoryForPictureError(), "IMG_1.jpg")
    _check_writing(message)
    assert message.id == "E-118"
    assert message.text.startswith("IMG_1.jpg cannot be shown.")


def test_there_is_an_example_of_every_error_class() -> None:
    in_errors = {cls for cls in _subclasses(CardinalError) if cls.__module__ == "inference.errors"}
    assert in_errors == set(_EXAMPLES), "a class of errors has no message here"


@pytest.mark.parametrize("error", _EXAMPLES.values(), ids=lambda error: type(error).__name__)
def test_every_error_class_has_its_own_message(error: CardinalError) -> None:
    message = describe(error)
    _check_writing(message)
    assert (message.id == "E-601") == (type(error) is CardinalError)
    assert message.level in {Level.WARNING, Level.ERROR}
    assert str(error) in message.details or message.details


@pytest.mark.parametrize("problem", ImageProblem)
@pytest.mark.parametrize("detail", ["", "It has 140 megapixels; the limit is 128."])
def test_every_image_problem_has_its_text(problem: ImageProblem, detail: str) -> None:
    message = describe(ImageReadError("/photos/IMG_1.jpg", problem, detail), formats=_FORMATS)
    _check_writing(message)
    assert message.id == _IDS[problem]
    assert message.place is Place.INLINE
    assert "IMG_1.jpg" in message.text
    assert message.subject == "/photos/IMG_1.jpg"
    assert message.actions, "every failed image offers something to do"


def test_facts_reach_the_text() -> None:
    limit = ImageReadError("/a.jpg", ImageProblem.TOO_MANY_PIXELS, "It has 140 megapixels; the limit is 128.")
    assert "140 megapixels" in describe(limit).text
    assert MessageAction.REMOVE in describe(limit).actions
    unsupported = describe(ImageReadError("/a.eps", ImageProblem.UNSUPPORTED_FORMAT), formats=_FORMATS)
    assert unsupported.text.endswith("It reads JPEG, PNG and WebP.")
    contract = describe(_EXAMPLES[errors.ModelContractError])
    assert "3 labels for 4 scores" in contract.text
    assert "It has no mean." in contract.details
    child = describe(_EXAMPLES[errors.ChildTaskError])
    assert "Traceback" not in child.text
    assert "Traceback" in child.details


def test_devices_and_memory_are_told_apart() -> None:
    device = describe(_EXAMPLES[errors.DeviceError], "CUDA")
    assert device.text == "CUDA cannot be used: no NVIDIA driver was found. Install one."
    full = describe(errors.InferenceError("CUDA out of memory", out_of_memory=True))
    assert (full.id, describe(_EXAMPLES[errors.InferenceError]).id) == ("E-313", "E-315")
    _check_writing(full)


def test_sessions_that_cannot_be_opened_offer_what_can_be_done() -> None:
    in_use = describe(_EXAMPLES[errors.SessionInUseError])
    assert (in_use.id, in_use.place, in_use.actions) == ("E-403", Place.DIALOG, (MessageAction.OPEN_READ_ONLY,))
    damaged = describe(_EXAMPLES[errors.SessionDamagedError])
    assert (damaged.id, damaged.actions[-1]) == ("E-404", MessageAction.START_EMPTY)
    assert "Its first page" in damaged.details
    newer = describe(_EXAMPLES[errors.SessionNewerError])
    assert newer.text == "The session was made by a newer version (12). It is opened read-only."
    assert describe(_EXAMPLES[errors.LabelFileError]).id == "E-413"
    assert describe(_EXAMPLES[errors.SessionError]).id == "E-417"


def test_what_cannot_be_saved_says_why_and_stays() -> None:
    full = describe(errors.SessionSaveError("/s/birds.cardinal", "No room.", is_disk_full=True))
    refused = describe(errors.SessionSaveError("/s/birds.cardinal", "Refused.", is_read_only=True))
    other = describe(_EXAMPLES[errors.SessionSaveError])
    assert [message.id for message in (full, refused, other)] == ["E-401", "E-402", "E-401"]
    assert full.text.startswith("Labels cannot be saved: the disk with birds.cardinal is full. Nothing is lost")
    assert "The disk does not answer. Nothing" in other.text
    for message in (full, refused, other):
        _check_writing(message)
        assert message.place is Place.BANNER
        assert MessageAction.SAVE_ELSEWHERE in message.actions


def test_hostile_names_stay_text() -> None:
    message = describe(ImageReadError(_PATH, ImageProblem.TRUNCATED))
    assert message.text == "IMG <b>&\\n\\xff.jpg ends too early, so it was not classified."
    assert message.subject == _PATH, "whoever acts on it gets the path as it was given"


def test_a_given_name_is_used_and_may_hold_braces() -> None:
    message = describe(ImageReadError("/x/y.jpg", ImageProblem.EMPTY), "{0} {name}.jpg")
    assert message.text == "{0} {name}.jpg is empty (0 bytes)."


def test_reasons_are_short_and_without_path() -> None:
    assert reason(ImageReadError(_PATH, ImageProblem.EMPTY)) == "The file is empty (0 bytes)."


def test_the_unexpected_offers_a_report() -> None:
    message = unexpected("the list", "Traceback ...")
    assert message.id == "E-601"
    assert message.actions[0] is MessageAction.COPY_REPORT


@pytest.mark.parametrize(
    ("formats", "text"),
    [((), ""), (("PNG",), "PNG"), (("PNG", "GIF"), "PNG and GIF"), (_FORMATS, "JPEG, PNG and WebP")],
)
def test_formats_in_a_sentence(formats: tuple[str, ...], text: str) -> None:
    assert format_list(formats) == text
