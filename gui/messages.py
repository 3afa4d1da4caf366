"""Turn each error of the core into what the window says about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gui.engine_events import NoMemoryForPictureError
from gui.plain_text import for_sentence, name_of
from gui.user_message import Level, MessageAction, Place, UserMessage
from gui.words import tr
from inference.errors import (
    CardinalError,
    ChildTaskError,
    DeviceError,
    DownloadError,
    ImageProblem,
    ImageReadError,
    InferenceError,
    LabelFileError,
    ModelContractError,
    ModelLoadError,
    ModelNotFoundError,
    OutputWriteError,
    SessionDamagedError,
    SessionError,
    SessionInUseError,
    SessionNewerError,
    SessionSaveError,
    UnknownClassError,
)
from inference.texts import visible

_LOOK = (MessageAction.REVEAL, MessageAction.REMOVE)
_AGAIN = (MessageAction.CLASSIFY_AGAIN, MessageAction.REMOVE)
_OTHER_MODEL = (MessageAction.CHOOSE_MODEL,)


def describe(  # noqa: PLR0911, PLR0912  # one answer for each class of error
    error: CardinalError, name: str = "", *, formats: Sequence[str] = ()
) -> UserMessage:
    """What to say about an error.

    Args:
        error: what went wrong.
        name: what the person calls the thing (file, model); taken from the error where empty.
        formats: names of the readable picture formats, for the message about an unreadable one.

    Returns:
        The message of this error's class; an unknown class gets the honest general one (E-601).
    """
    shown = for_sentence(name)
    match error:
        case ImageReadError():
            return _about_image(error, shown, formats)
        case NoMemoryForPictureError():
            return _about_memory(error, shown)
        case ModelLoadError():
            return _about_model_file(error, shown)
        case ModelContractError():
            return _about_contract(error, shown)
        case ModelNotFoundError():
            return _about_missing_model(error, shown)
        case DownloadError():
            return _about_download(error, shown)
        case DeviceError():
            return _about_device(error, shown)
        case InferenceError():
            return _about_inference(error, shown)
        case UnknownClassError():
            return _about_class(error)
        case OutputWriteError():
            return _about_writing(error, shown)
        case ChildTaskError():
            return _about_child(error, shown)
        case SessionError():
            return _about_session(error, shown)
        case LabelFileError():
            return _about_label_file(error, shown)
        case _:
            return unexpected(tr("Cardinal"), visible_lines(str(error)))


def reason(error: CardinalError) -> str:
    """The error's sentence, short enough for a tile and a list: no path, no markup."""
    return visible(str(error))


def unexpected(area: str, details: str) -> UserMessage:
    """Something failed that nobody expected: the one honest message."""
    return UserMessage(
        "E-601",
        Place.BANNER,
        Level.ERROR,
        tr("Something went wrong in {area}. Your images and their results are still here.").format(area=area),
        details,
        (MessageAction.COPY_REPORT, MessageAction.CONTINUE, MessageAction.QUIT),
    )


def visible_lines(text: str) -> str:
    """Several lines made safe, line by line."""
    return "\n".join(visible(line) for line in text.splitlines())


def format_list(formats: Sequence[str]) -> str:
    """Names of formats in a sentence: "JPEG, PNG and WebP"."""
    if len(formats) < 2:  # noqa: PLR2004  # one name needs no "and"
        return "".join(formats)
    return tr("{first} and {last}").format(first=", ".join(formats[:-1]), last=formats[-1])


@dataclass(frozen=True, slots=True)
class _ImageText:
    id: str
    text: str
    actions: tuple[MessageAction, ...] = _LOOK


def _image_text(problem: ImageProblem) -> _ImageText:  # noqa: PLR0911, PLR0912  # one text for each problem
    match problem:
        case ImageProblem.MISSING:
            text = tr("Cannot open {name}. The file does not exist any more.")
            return _ImageText("E-101", text, (MessageAction.REMOVE, MessageAction.TRY_AGAIN))
        case ImageProblem.NO_PERMISSION:
            text = tr("Cannot open {name}. You do not have permission to read it.")
            return _ImageText("E-102", text, (MessageAction.REVEAL, MessageAction.TRY_AGAIN))
        case ImageProblem.NOT_AN_IMAGE:
            return _ImageText("E-103", tr("Cannot read {name}. It is not an image, or the file is damaged."))
        case ImageProblem.DAMAGED:
            return _ImageText("E-103", tr("Cannot read {name}. The file is damaged."))
        case ImageProblem.TRUNCATED:
            return _ImageText("E-104", tr("{name} ends too early, so it was not classified."))
        case ImageProblem.TOO_MANY_PIXELS:
            text = tr("{name} has too many pixels. {detail}")
            return _ImageText("E-105", text, (MessageAction.REMOVE,))
        case ImageProblem.UNSUPPORTED_FORMAT:
            text = tr("{name} is in a format that this version does not read. {detail} It reads {formats}.")
            return _ImageText("E-106", text, (MessageAction.REMOVE,))
        case ImageProblem.EMPTY:
            return _ImageText("E-107", tr("{name} is empty (0 bytes)."), (MessageAction.REMOVE,))
        case ImageProblem.TOO_MANY_BYTES:
            return _ImageText("E-117", tr("{name} is too large a file. {detail}"))
        case ImageProblem.OUT_OF_MEMORY:
            return _ImageText("E-118", tr("{name} needs more memory than one picture may take. {detail}"))
        case ImageProblem.TIMEOUT:
            return _ImageText("E-119", tr("Reading {name} took too long, so it was set aside. {detail}"), _AGAIN)
        case ImageProblem.CRASHED:
            text = tr("{name} stopped the picture reader, so it was set aside. All others continue.")
            return _ImageText("E-120", text, _LOOK)
        case ImageProblem.NOT_A_FILE:
            return _ImageText("E-121", tr("Cannot open {name}. It is not a regular file."), (MessageAction.REMOVE,))
        case ImageProblem.UNREADABLE:
            text = tr("Cannot read {name} from the disk. {detail}")
            return _ImageText("E-122", text, (MessageAction.TRY_AGAIN, MessageAction.REVEAL))
        case ImageProblem.NO_VALID_NUMBERS:
            return _ImageText("E-314", tr("The model gave no valid numbers for {name}."), _AGAIN)
        case ImageProblem.CHANGED:
            return _ImageText("E-109", tr("{name} changed on disk after it was classified."), _AGAIN)


def _about_image(error: ImageReadError, name: str, formats: Sequence[str]) -> UserMessage:
    entry = _image_text(error.problem)
    text = entry.text if formats else entry.text.replace(tr(" It reads {formats}."), "")
    text = text if error.detail else text.replace(" {detail}", "")
    filled = text.format(name=name or name_of(error.path), detail=visible(error.detail), formats=format_list(formats))
    return UserMessage(
        entry.id,
        Place.INLINE,
        Level.ERROR,
        filled,
        _details(error, error.path),
        entry.actions,
        error.path,
    )


def _about_memory(error: NoMemoryForPictureError, name: str) -> UserMessage:
    text = tr(
        "{name} cannot be shown. There is not enough memory for it now. Close other programs, then open it again."
    )
    text = text.format(name=name or tr("The image"))
    return UserMessage("E-118", Place.INLINE, Level.ERROR, text, _details(error))


def _details(error: CardinalError, path: str = "") -> str:
    """The facts for a bug report: full path, the error's own sentence, its cause. No traceback."""
    lines = [visible(path)] if path else []
    lines.append(f"{error.kind}: {visible(str(error))}")
    if error.__cause__ is not None:
        lines.append(f"{type(error.__cause__).__name__}: {visible(str(error.__cause__))}")
    return "\n".join(lines)


def _ended(text: str) -> str:
    """A phrase as the end of a sentence, made safe."""
    shown = visible(text.strip())
    return shown if shown.endswith((".", "?", "!")) else f"{shown}."


def _about_model_file(error: ModelLoadError, name: str) -> UserMessage:
    text = tr("{file} cannot be opened as a model: {reason}").format(
        file=name or name_of(error.path), reason=_ended(error.reason)
    )
    details = _details(error, error.path)
    return UserMessage("E-303", Place.INLINE, Level.ERROR, text, details, _OTHER_MODEL, error.path)


def _about_contract(error: ModelContractError, name: str) -> UserMessage:
    first = visible(error.problems[0]) if error.problems else tr("It does not say how images must be prepared.")
    text = tr("{file} cannot be used. {problem}").format(file=name or name_of(error.path), problem=first)
    details = "\n".join([visible(error.path), *map(visible, error.problems)])
    return UserMessage("E-308", Place.INLINE, Level.ERROR, text, details, _OTHER_MODEL, error.path)


def _about_missing_model(error: ModelNotFoundError, name: str) -> UserMessage:
    text = tr("No model is ready: there is none named {name}. You can still look at images.").format(
        name=name or name_of(error.name)
    )
    return UserMessage("E-301", Place.BANNER, Level.ERROR, text, _details(error), _OTHER_MODEL, error.name)


def _about_download(error: DownloadError, name: str) -> UserMessage:
    text = tr("{name} could not be downloaded: {reason}").format(
        name=name or tr("The model"), reason=_ended(error.reason)
    )
    actions = (MessageAction.TRY_AGAIN,)
    return UserMessage("E-318", Place.BANNER, Level.ERROR, text, _details(error, error.url), actions, error.url)


def _about_device(error: DeviceError, name: str) -> UserMessage:
    text = tr("{device} cannot be used: {reason}").format(
        device=name or visible(error.device), reason=_ended(error.reason)
    )
    text = f"{text} {visible(error.remedy)}".rstrip()
    actions = () if error.device == "cpu" else (MessageAction.USE_PROCESSOR,)
    return UserMessage("E-312", Place.BANNER, Level.WARNING, text, _details(error), actions, error.device)


def _about_inference(error: InferenceError, name: str) -> UserMessage:
    actions: tuple[MessageAction, ...] = (MessageAction.TRY_AGAIN, MessageAction.CHOOSE_MODEL)
    if error.out_of_memory:
        text = tr("The device ran out of memory. Choose a smaller model, or close other programs.")
        return UserMessage("E-313", Place.BANNER, Level.ERROR, text, _details(error), actions)
    text = tr("{model} stopped: {reason}").format(model=name or tr("The model"), reason=_ended(error.reason))
    return UserMessage("E-315", Place.BANNER, Level.ERROR, text, _details(error), actions)


def _about_class(error: UnknownClassError) -> UserMessage:
    text = tr("{model} has no class named {name}.").format(
        model=for_sentence(error.model), name=for_sentence(error.name)
    )
    return UserMessage("E-320", Place.INLINE, Level.WARNING, text, _details(error), subject=error.name)


def _about_writing(error: OutputWriteError, name: str) -> UserMessage:
    text = tr("{file} could not be written: {reason}").format(
        file=name or name_of(error.path), reason=_ended(error.reason)
    )
    # Whoever knows how to try again says so.
    return UserMessage("E-409", Place.BANNER, Level.ERROR, text, _details(error, error.path), subject=error.path)


def _about_child(error: ChildTaskError, name: str) -> UserMessage:
    text = tr("{task} did not finish: {reason}").format(
        task=name or visible(error.task), reason=_ended(error.reason.strip().split("\n")[0])
    )
    details = f"{error.kind}: {visible(error.task)}\n{visible_lines(error.reason)}"
    return UserMessage("E-319", Place.BANNER, Level.ERROR, text, details, (MessageAction.TRY_AGAIN,))


def _about_session(error: SessionError, name: str) -> UserMessage:
    shown = name or name_of(error.path)
    match error:
        case SessionSaveError():
            return _about_saving(error, shown)
        case SessionInUseError():
            text = tr("This session is open in another window.")
            return _about_opening("E-403", error, text, (MessageAction.OPEN_READ_ONLY,))
        case SessionDamagedError():
            text = tr("The session file {name} is damaged. It is kept as it is.").format(name=shown)
            actions = (MessageAction.SAVE_DAMAGED, MessageAction.START_EMPTY)
            return _about_opening("E-404", error, text, actions)
        case SessionNewerError():
            text = tr("The session was made by a newer version ({v}). It is opened read-only.").format(v=error.version)
            return _about_opening("E-405", error, text, (MessageAction.OPEN_READ_ONLY,))
        case _:
            return _about_opening("E-417", error, tr("The session {name} cannot be used.").format(name=shown), ())


def _about_opening(message_id: str, error: SessionError, text: str, actions: tuple[MessageAction, ...]) -> UserMessage:
    return UserMessage(message_id, Place.DIALOG, Level.ERROR, text, _details(error, error.path), actions, error.path)


def _about_saving(error: SessionSaveError, name: str) -> UserMessage:
    actions: tuple[MessageAction, ...] = (MessageAction.SAVE_ELSEWHERE, MessageAction.TRY_AGAIN)
    message_id = "E-401"
    if error.is_disk_full:
        text = tr("Labels cannot be saved: the disk with {path} is full. Nothing is lost while the program is open.")
    elif error.is_read_only:
        message_id, actions = "E-402", (MessageAction.SAVE_ELSEWHERE,)
        text = tr("Labels cannot be saved in {path}: no permission.")
    else:
        text = tr("Labels cannot be saved in {path}: {reason} Nothing is lost while the program is open.")
    text = text.format(path=name, reason=_ended(error.reason))
    return UserMessage(message_id, Place.BANNER, Level.ERROR, text, _details(error, error.path), actions, error.path)


def _about_label_file(error: LabelFileError, name: str) -> UserMessage:
    text = tr("The labels in {file} cannot be imported: {reason}").format(
        file=name or name_of(error.path), reason=_ended(error.reason)
    )
    actions = (MessageAction.CHOOSE_COLUMNS,)
    return UserMessage("E-413", Place.DIALOG, Level.ERROR, text, _details(error, error.path), actions, error.path)
