"""Compose the messages that no error stands behind: what was added, refused, finished."""

from __future__ import annotations

from dataclasses import replace

from gui.dropping import DropKind
from gui.messages import describe
from gui.plain_text import name_of
from gui.user_message import Level, MessageAction, Place, UserMessage
from gui.words import counted, number, tr
from inference.errors import ImageProblem, ImageReadError
from inference.texts import visible

_MINUTE_S = 60
_HOUR_S = 3600


def images_added(count: int, already_here: int, *, hidden: int = 0, can_undo: bool = False) -> UserMessage:
    """Images joined the list (T-05; E-204 if all of them were here before).

    Args:
        count: so many are new.
        already_here: so many were here before.
        hidden: so many of the new ones are not seen, since filters hide them.
        can_undo: whether they are the newest step, which Undo takes back.
    """
    if not count and already_here:
        text = counted(already_here, "This image is already here.", "All %n images are already here.")
        return UserMessage("E-204", Place.TOAST, Level.INFO, text)
    text = counted(count, "Added %n image.", "Added %n images.")
    if already_here:
        text += " " + counted(already_here, "%n was already here.", "%n were already here.")
    if hidden and hidden == count:
        text += " " + counted(hidden, "The filters hide it.", "The filters hide them.")
    elif hidden:
        text += " " + counted(hidden, "The filters hide %n of them.", "The filters hide %n of them.")
    offered = ((MessageAction.CLEAR_FILTERS, hidden > 0), (MessageAction.UNDO, can_undo))
    actions = tuple(action for action, is_offered in offered if is_offered)
    return UserMessage("T-05", Place.TOAST, Level.INFO, text, actions=actions)


def removed(count: int) -> UserMessage:
    """Images were taken off the list."""
    text = counted(
        count,
        "Removed %n image from the session. The file is still there.",
        "Removed %n images from the session. The files are still there.",
    )
    return UserMessage("T-04", Place.TOAST, Level.INFO, text, actions=(MessageAction.UNDO,))


def not_an_image(path: str) -> UserMessage:
    """The only file that was opened is no picture, so there is no row that could say so."""
    said = describe(ImageReadError(path, ImageProblem.NOT_AN_IMAGE))
    return replace(said, place=Place.TOAST, level=Level.WARNING, actions=(MessageAction.REVEAL,))


def no_images_found(path: str) -> UserMessage:
    """A folder without images was opened."""
    text = tr("No images found in {folder}.").format(folder=name_of(path))
    actions = (MessageAction.OPEN_FOLDER,)
    return UserMessage("E-203", Place.TOAST, Level.WARNING, text, visible(path), actions, path)


def drop_refused(kind: DropKind) -> UserMessage:
    """Something that cannot be taken was dropped or hovers over the window."""
    if kind is DropKind.LINK:
        text = tr("This is a web link. Save the picture first, then drop the file; pictures are never downloaded.")
        return UserMessage("E-205", Place.STATUS, Level.WARNING, text)
    text = tr("Nothing here can be added. Drop images, folders, an .onnx model or a label file.")
    return UserMessage("E-201", Place.STATUS, Level.WARNING, text)


def nothing_to_paste() -> UserMessage:
    """The clipboard holds neither a picture nor a path."""
    return UserMessage("E-208", Place.TOAST, Level.WARNING, tr("The clipboard has no image and no path."))


def files_skipped(count: int, folder: str = "") -> UserMessage:
    """Some files are no images; `folder` is where they are, if it is one folder."""
    if folder:
        text = counted(
            count,
            "%n file in {folder} was skipped because it is not an image.",
            "%n files in {folder} were skipped because they are not images.",
        ).format(folder=name_of(folder))
    else:
        text = counted(
            count,
            "%n file was skipped because it is not an image.",
            "%n files were skipped because they are not images.",
        )
    return UserMessage("E-111", Place.STATUS, Level.INFO, text, subject=folder)


def folder_out_of_reach(folder: str) -> UserMessage:
    """A folder of the session is not there (E-110): a drive was unplugged, or somebody moved it."""
    text = tr("{folder} cannot be reached. Is the drive connected? Labels are kept.").format(folder=visible(folder))
    return UserMessage("E-110", Place.BANNER, Level.WARNING, text, actions=(MessageAction.TRY_AGAIN,), subject=folder)


def folders_unreadable(count: int, details: str) -> UserMessage:
    """Some folders could not be listed."""
    text = counted(count, "%n folder could not be opened.", "%n folders could not be opened.")
    return UserMessage("E-112", Place.TOAST, Level.WARNING, text, details)


def links_not_followed(count: int) -> UserMessage:
    """Links to folders are never followed."""
    text = counted(count, "%n link was not followed.", "%n links were not followed.")
    return UserMessage("E-115", Place.STATUS, Level.INFO, text)


def drag_cut(dragged: int, count: int) -> UserMessage:
    """More images are dragged out of the window than can be handed over at once (E-206)."""
    text = tr("Dragging the first {dragged} of {n} images. For all of them use Export.")
    text = text.format(dragged=number(dragged), n=number(count))
    return UserMessage("E-206", Place.TOAST, Level.WARNING, text, actions=(MessageAction.EXPORT,))


def first_frame_used(path: str) -> UserMessage:
    """A picture has several frames or pages."""
    text = tr("{name} has more than one frame. The first one is used.").format(name=name_of(path))
    return UserMessage("E-108", Place.INLINE, Level.INFO, text, subject=path)


def profile_unusable(path: str) -> UserMessage:
    """A picture's colour profile is broken."""
    text = tr("The colour profile of {name} could not be used. Colours may be off.").format(name=name_of(path))
    return UserMessage("E-113", Place.INLINE, Level.WARNING, text, subject=path)


def job_finished(classified: int, failed: int, elapsed_s: float) -> UserMessage:
    """A run is over."""
    text = counted(classified, "Classified %n image in {time}.", "Classified %n images in {time}.")
    text = text.format(time=duration(elapsed_s))
    if not failed:
        return UserMessage("T-09", Place.TOAST, Level.INFO, text)
    text += " " + counted(failed, "%n could not be read.", "%n could not be read.")
    return UserMessage("T-09", Place.TOAST, Level.WARNING, text, actions=(MessageAction.SHOW_FAILED,))


def model_ready(name: str) -> UserMessage:
    """A model was added."""
    text = tr("Model {name} is ready.").format(name=visible(name))
    return UserMessage("T-10", Place.TOAST, Level.INFO, text, actions=(MessageAction.USE_MODEL,), subject=name)


def copied() -> UserMessage:
    """Something is on the clipboard."""
    return UserMessage("T-12", Place.TOAST, Level.INFO, tr("Copied."))


def not_inverted() -> UserMessage:
    """The selection stays, because the other one would have too many parts."""
    text = tr("The selection was not inverted: the images would stand in too many places to be selected together.")
    return UserMessage("T-28", Place.TOAST, Level.WARNING, text)


def view_saved(path: str) -> UserMessage:
    """The picture with its map was written."""
    text = tr("Saved {file}.").format(file=name_of(path))
    return UserMessage("T-15", Place.TOAST, Level.INFO, text, visible(path), (MessageAction.SHOW_FILE,), path)


def classified_anew(path: str) -> UserMessage:
    """A file was found to be another than the one that was classified; the new one is classified at once."""
    text = tr("{name} changed on disk after it was classified. It is classified again.")
    return UserMessage("E-109", Place.TOAST, Level.INFO, text.format(name=name_of(path)), visible(path))


def classified_later(path: str) -> UserMessage:
    """The same while no model is open, so that nobody can be asked."""
    text = tr("{name} changed on disk after it was classified. It is classified again when a model is ready.")
    return UserMessage("E-109", Place.TOAST, Level.INFO, text.format(name=name_of(path)), visible(path))


def classified_when_asked(path: str) -> UserMessage:
    """The same where the session cannot be written to, so that nothing is classified by itself."""
    text = tr(
        "{name} changed on disk after it was classified. The session is read-only: "
        "when a model is ready, open the image and choose Classify now."
    )
    return UserMessage("E-109", Place.TOAST, Level.INFO, text.format(name=name_of(path)), visible(path))


def preprocessing_assumed(name: str) -> UserMessage:
    """A model does not say how images are to be prepared, so the usual numbers are used."""
    text = tr("{name} does not say how images must be prepared. The usual numbers are used; scores may be off.")
    return UserMessage("E-308", Place.BANNER, Level.WARNING, text.format(name=visible(name)), subject=name)


def no_map() -> UserMessage:
    """The model has no feature output to make a map from."""
    return UserMessage("E-310", Place.INLINE, Level.INFO, tr("No map for this model: it has no feature output."))


def map_approximate() -> UserMessage:
    """The model's maps are not exact."""
    text = tr("The map of this model is approximate: it has hidden layers after pooling.")
    return UserMessage("E-311", Place.INLINE, Level.INFO, text)


def device_refused(device: str, reason: str, remedy: str) -> UserMessage:
    """A device that was hoped for does not run the model."""
    text = tr("{device} cannot be used ({reason}). Running on the processor.")
    text = text.format(device=visible(device), reason=visible(reason).rstrip("."))
    return UserMessage("E-312", Place.BANNER, Level.WARNING, text, visible(remedy), subject=device)


def smaller_batches(images: int, *, on_card: bool) -> UserMessage:
    """The device ran out of memory and goes on with less at a time (E-313).

    Args:
        images: so many at a time from now on.
        on_card: whether it is a graphics card, which has memory of its own.
    """
    if on_card:
        text = counted(
            images,
            "The graphics card ran out of memory. Continuing with %n image at a time.",
            "The graphics card ran out of memory. Continuing with %n images at a time.",
        )
    else:
        text = counted(
            images,
            "The memory is too small for so many images at a time. Continuing with %n at a time.",
            "The memory is too small for so many images at a time. Continuing with %n at a time.",
        )
    return UserMessage("E-313", Place.BANNER, Level.WARNING, text)


def thumbnails_not_kept(folder: str) -> UserMessage:
    """The disk is nearly full; what room there is is for labels (E-605)."""
    text = tr("Thumbnails are not being stored: less than 1 GB free on the disk with {folder}.")
    return UserMessage("E-605", Place.STATUS, Level.WARNING, text.format(folder=visible(folder)), subject=folder)


def settings_reset(damaged: str) -> UserMessage:
    """The preferences could not be read."""
    text = tr("Preferences could not be read and were reset. The old file is {file}.").format(file=name_of(damaged))
    actions = (MessageAction.SHOW_FILE,)
    return UserMessage("E-604", Place.TOAST, Level.WARNING, text, visible(damaged), actions, damaged)


def already_running() -> UserMessage:
    """A second start handed its files over."""
    text = tr("The program is already running; the files were added there.")
    return UserMessage("E-606", Place.STATUS, Level.INFO, text)


def duration(seconds: float) -> str:
    """A time that has passed, in words no finer than it deserves."""
    if seconds < 1:
        return tr("under a second")
    if seconds < _MINUTE_S:
        return counted(round(seconds), "%n second", "%n seconds")
    if seconds < _HOUR_S:
        minutes, rest = divmod(round(seconds), _MINUTE_S)
        return tr("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    hours, rest = divmod(round(seconds / _MINUTE_S), 60)
    return tr("{hours} h {minutes} min").format(hours=hours, minutes=rest)


def detail_unreadable(reason: str) -> UserMessage:
    """A picture that somebody zooms into could not be read in full."""
    text = tr("The picture is shown in fewer pixels than it has. {reason}").format(reason=visible(reason))
    return UserMessage("E-123", Place.STATUS, Level.WARNING, text)


def model_not_opened(wanted: str, answering: str) -> UserMessage:
    """Another model was wanted and is not there; the one before goes on."""
    text = tr("There is no model named {name}. {title} goes on answering.")
    text = text.format(name=name_of(wanted), title=visible(answering))
    return UserMessage("E-321", Place.TOAST, Level.WARNING, text, actions=(MessageAction.CHOOSE_MODEL,), subject=wanted)
