"""Name what can go wrong; each error stores its facts and composes its sentence from them."""

from enum import StrEnum


class CardinalError(Exception):
    """Root of every failure that Cardinal reports to a person. `str(error)` is a plain sentence."""

    kind = "error"
    """A short stable word for machines (the `error.kind` of a JSON line)."""


class ImageProblem(StrEnum):
    """Why one picture has no classification."""

    MISSING = "missing"
    NO_PERMISSION = "no-permission"
    NOT_A_FILE = "not-a-file"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_MANY_BYTES = "too-many-bytes"
    TOO_MANY_PIXELS = "too-many-pixels"
    UNSUPPORTED_FORMAT = "unsupported-format"
    NOT_AN_IMAGE = "not-an-image"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    OUT_OF_MEMORY = "out-of-memory"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    NO_VALID_NUMBERS = "no-valid-numbers"
    CHANGED = "changed"


_IMAGE_SENTENCES = {
    ImageProblem.MISSING: "The file does not exist.",
    ImageProblem.NO_PERMISSION: "You do not have permission to read it.",
    ImageProblem.NOT_A_FILE: "It is not a regular file.",
    ImageProblem.UNREADABLE: "It cannot be read from the disk.",
    ImageProblem.EMPTY: "The file is empty (0 bytes).",
    ImageProblem.TOO_MANY_BYTES: "The file is too large.",
    ImageProblem.TOO_MANY_PIXELS: "The picture has too many pixels.",
    ImageProblem.UNSUPPORTED_FORMAT: "This file format is not supported.",
    ImageProblem.NOT_AN_IMAGE: "It is not an image, or the file is damaged.",
    ImageProblem.TRUNCATED: "The file ends too early, so it was not classified.",
    ImageProblem.DAMAGED: "The file is damaged.",
    ImageProblem.OUT_OF_MEMORY: "Decoding it needs more memory than one picture may take.",
    ImageProblem.TIMEOUT: "Decoding it took too long.",
    ImageProblem.CRASHED: "Decoding it crashed the decoder process.",
    ImageProblem.NO_VALID_NUMBERS: "The model gave no valid numbers for it.",
    ImageProblem.CHANGED: "The file changed on disk after it was classified.",
}


class ImageReadError(CardinalError):
    """One picture cannot be read or classified.

    Attributes:
        path: the file, as it was given (undecodable bytes as surrogate escapes).
        problem: which of the known reasons it is.
        detail: the facts of this case in words (limit, format name), or empty. Never a traceback.
    """

    def __init__(self, path: str, problem: ImageProblem, detail: str = "") -> None:
        super().__init__(path, problem, detail)
        self.path = path
        self.problem = problem
        self.detail = detail

    @property
    def kind(self) -> str:  # type: ignore[override]  # the word depends on the problem
        """The problem's word."""
        return self.problem.value

    def __str__(self) -> str:
        sentence = _IMAGE_SENTENCES[self.problem]
        return f"{sentence} {self.detail}".rstrip()


class ModelLoadError(CardinalError):
    """A model file cannot be opened."""

    kind = "model-load"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"The model {self.path} cannot be opened: {self.reason}"


class ModelContractError(CardinalError):
    """A model file's contract is missing, contradicts itself, or contradicts the graph.

    Attributes:
        problems: every problem found, each a sentence.
    """

    kind = "model-contract"

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        return f"The model {self.path} cannot be used: {' '.join(self.problems)}"


class ModelNotFoundError(CardinalError):
    """No model has the name that was asked for.

    Attributes:
        name: that was asked for.
        known: names that there are.
        known_are: what those are, in words.
    """

    kind = "model-not-found"

    def __init__(self, name: str, known: tuple[str, ...], known_are: str = "Installed") -> None:
        super().__init__(name, known, known_are)
        self.name = name
        self.known = known
        self.known_are = known_are

    def __str__(self) -> str:
        return f"There is no model named {self.name!r}. {self.known_are}: {', '.join(self.known) or 'none'}."


class UnknownClassError(CardinalError):
    """No class of the model has the name that was asked for."""

    kind = "unknown-class"

    def __init__(self, name: str, model: str) -> None:
        super().__init__(name, model)
        self.name = name
        self.model = model

    def __str__(self) -> str:
        return f"{self.model} has no class {self.name!r}. Use its number, its name, or its WordNet id."


class DownloadError(CardinalError):
    """Official weights could not be fetched or are not what they should be."""

    kind = "download"

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.url} could not be fetched: {self.reason}"


class DeviceError(CardinalError):
    """A device was asked for by name and cannot run the model; nothing else was used in its place.

    Attributes:
        device: its name.
        reason: why, a phrase without a full stop.
        remedy: what would change that, a sentence, or empty.
    """

    kind = "device"

    def __init__(self, device: str, reason: str, remedy: str = "") -> None:
        super().__init__(device, reason, remedy)
        self.device = device
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"The device {self.device} cannot be used: {self.reason}. {self.remedy}".rstrip()


class InferenceError(CardinalError):
    """The network could not be run.

    Attributes:
        reason: why, in words.
        out_of_memory: the device's memory was too small; fewer pictures at a time may fit.
    """

    kind = "inference"

    def __init__(self, reason: str, out_of_memory: bool = False) -> None:
        super().__init__(reason, out_of_memory)
        self.reason = reason
        self.out_of_memory = out_of_memory

    def __str__(self) -> str:
        return f"The network could not be run: {self.reason}"


class OutputWriteError(CardinalError):
    """Results could not be written."""

    kind = "write"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} could not be written: {self.reason}"


class ChildTaskError(CardinalError):
    """A child process (training, adopting) ended without doing its work.

    Attributes:
        task: what it was to do, in words.
        reason: why it ended, a sentence.
        exit_status: of a process that died, negative for a signal's number; None where it did not die of itself.
    """

    kind = "child-process"

    def __init__(self, task: str, reason: str, exit_status: int | None = None) -> None:
        super().__init__(task, reason, exit_status)
        self.task = task
        self.reason = reason
        self.exit_status = exit_status

    def __str__(self) -> str:
        return f"{self.task} stopped: {self.reason}"


class SessionError(CardinalError):
    """A session file cannot be used as asked.

    Attributes:
        path: the session file.
    """

    kind = "session"

    def __init__(self, path: str, *facts: object) -> None:
        super().__init__(path, *facts)
        self.path = path


class NoSessionError(SessionError):
    """There is no session of that name, or the name cannot be one's.

    Attributes:
        suffix: how the names of sessions end.
    """

    kind = "no-session"

    def __init__(self, path: str, suffix: str) -> None:
        super().__init__(path, suffix)
        self.suffix = suffix

    def __str__(self) -> str:
        if not self.path.endswith(self.suffix):
            return f"{self.path} is no session: the name of one ends in {self.suffix}."
        return f"There is no session {self.path}. `classify --session {self.path} PATH...` makes one."


class SessionInUseError(SessionError):
    """Another program has the session open for writing."""

    kind = "session-in-use"

    def __str__(self) -> str:
        return f"The session {self.path} is open in another window."


class SessionDamagedError(SessionError):
    """The session file is not a session, or is damaged. It stays as it is.

    Attributes:
        reason: what was found, a sentence.
    """

    kind = "session-damaged"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"The session {self.path} is damaged: {self.reason}"


class SessionNewerError(SessionError):
    """The session was made by a newer version, whose form this one does not write.

    Attributes:
        version: its schema's version.
    """

    kind = "session-newer"

    def __init__(self, path: str, version: int) -> None:
        super().__init__(path, version)
        self.version = version

    def __str__(self) -> str:
        return f"The session {self.path} was made by a newer version of Cardinal (format {self.version})."


class SessionSaveError(SessionError):
    """Something could not be written into the session; what was in it before is still there.

    Attributes:
        reason: why, a sentence ("The disk is full.").
        is_disk_full: the disk has no room.
        is_read_only: the session was opened for reading only, or the disk or folder may not be written to.
    """

    kind = "session-save"

    def __init__(self, path: str, reason: str, *, is_disk_full: bool = False, is_read_only: bool = False) -> None:
        super().__init__(path, reason)
        self.reason = reason
        self.is_disk_full = is_disk_full
        self.is_read_only = is_read_only

    def __str__(self) -> str:
        return f"{self.path} could not be saved: {self.reason}"


class LabelFileError(CardinalError):
    """A file of labels cannot be imported.

    Attributes:
        path: the file.
        reason: why, a sentence.
    """

    kind = "label-file"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"The labels in {self.path} cannot be imported: {self.reason}"
