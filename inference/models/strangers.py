"""Try a model that this program did not install in a child process, which may hang or die; once for each content."""

import json
import logging
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import ModelLoadError, OutputWriteError
from inference.files import replacing
from inference.models.checksum import sha256_of
from inference.models.child import ChildTask, run_child
from inference.profile import Profile

TRIAL_MODULE = "inference.commands.adopting"
"""The child that reads, opens and runs a stranger's model within a limit of memory."""

TRIAL_TIMEOUT_S = 60.0
"""A stranger's graph that takes longer to open and run a few times is refused."""

_LOG = logging.getLogger(__name__)
_FILE_NAME = "tried-models.json"
_MOST_REMEMBERED = 200


def require_tried(path: Path, profile: Profile, *, cancel: CancelToken | None = None) -> None:
    """Open and run the model in a child process, unless one of the same content passed that before.

    Raises:
        ModelLoadError: if it cannot be read or is refused.
        ModelContractError: if it contradicts its contract.
        InferenceError: if it cannot be run.
        ChildTaskError: if it takes too long or too much memory.
        Cancelled: if `cancel` was used.
    """
    try:
        digest = sha256_of(path)
    except OSError as error:
        raise ModelLoadError(str(path), f"{error.strerror or error}.") from error
    tried = _remembered(profile)
    if digest in tried:
        return
    task = ChildTask(f"Trying {path.name}", TRIAL_MODULE, (f"--source={path.absolute()}",), TRIAL_TIMEOUT_S)
    run_child(task, cancel=cancel)
    _remember([*tried, digest], profile)


def _remembered(profile: Profile) -> list[str]:
    try:
        digests = json.loads((profile.cache / _FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return [digest for digest in digests if isinstance(digest, str)] if isinstance(digests, list) else []


def _remember(digests: list[str], profile: Profile) -> None:
    """Keep the newest. A disk that cannot be written costs another trial the next time, nothing more."""
    try:
        profile.cache.mkdir(parents=True, exist_ok=True)
        with replacing(profile.cache / _FILE_NAME) as file:
            file.write(json.dumps(digests[-_MOST_REMEMBERED:], indent=1).encode())
    except (OSError, OutputWriteError) as error:
        _LOG.info("a tried model could not be remembered: %s", error)
