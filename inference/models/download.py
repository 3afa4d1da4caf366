"""Fetch one file whole or not at all: resumed where it was cut off, checked against the hash in its name."""

import errno
import http.client
import json
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult

from inference.cancel import CancelToken
from inference.errors import DownloadError
from inference.models.checksum import sha256_of
from inference.models.official import hash_prefix, split_address
from inference.models.progress import OnProgress, Progress

TIMEOUT_S = 30.0
"""Without a byte for so long, the connection counts as lost."""

MAX_BYTES = 2 * 1024**3
_CHUNK_BYTES = 256 * 1024
_REPORT_EVERY_S = 0.1
_SPARE_BYTES = 64 * 1024**2
_PARTIAL, _OK, _NOT_FOUND, _GONE, _RANGE_REFUSED = 206, 200, 404, 410, 416


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of a part that an earlier try left: enough to notice that the file has changed since."""

    url: str
    validator: str
    total: int | None


def download(
    url: str, folder: Path, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None
) -> Path:
    """Fetch `url` into `folder`; a file that is there already and right is not fetched again.

    Returns:
        The file, named as in `url`.

    Raises:
        DownloadError: with the reason; what came before a connection was lost is kept for the next try.
        Cancelled: if `cancel` was used; what came is kept.
    """
    prefix = hash_prefix(url)
    parts = split_address(url)
    if parts.scheme != "https" and not _is_local(parts):
        raise DownloadError(url, "only https addresses are used.")
    target = folder / parts.path.rsplit("/", 1)[-1]
    with _explained(url, target):
        if target.is_file():
            if sha256_of(target).startswith(prefix):
                return target
            target.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        # What was kept may be of no use; without it the server has no second excuse.
        for _ in range(2):
            if _fetch(url, part, on_progress or _ignore, cancel or CancelToken()):
                break
        else:
            raise DownloadError(url, "the server sends another part of the file than was asked for.")
        if not sha256_of(part).startswith(prefix):
            _forget(part)
            raise DownloadError(url, "what arrived is not what was promised (the checksum differs). Nothing was kept.")
        part.replace(target)
        _note(part).unlink(missing_ok=True)
    return target


class _RedirectsStaySafe(urllib.request.HTTPRedirectHandler):
    """Follows a redirect to https only, and from this computer's own server to itself."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        parts = split_address(newurl)
        if parts.scheme != "https" and not (_is_local(parts) and _is_local(split_address(req.full_url))):
            raise DownloadError(req.full_url, f"the server points to {newurl}; only https addresses are used.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _is_local(parts: SplitResult) -> bool:
    """Whether it is a plain address of this computer itself, as tests and mirrors behind a tunnel have it."""
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}


def _fetch(url: str, part: Path, on_progress: OnProgress, cancel: CancelToken) -> bool:
    """Bring `part` to its full length; False where the kept beginning was of no use and is gone, so try again."""
    kept = _read_note(part, url)
    start = part.stat().st_size if kept is not None else 0
    if kept is not None and kept.total == start:
        return True
    headers = {"User-Agent": "Cardinal", "Accept-Encoding": "identity"}
    if kept is not None and start:
        headers["Range"] = f"bytes={start}-"
        if kept.validator:
            headers["If-Range"] = kept.validator
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme was checked
    cancel.raise_if_set()
    try:
        response = urllib.request.build_opener(_RedirectsStaySafe).open(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != _RANGE_REFUSED or not start:
            raise
        _forget(part)
        return False
    except ValueError as error:
        raise DownloadError(url, "the server points to what is not a web address.") from error
    with response, cancel.on_cancel(lambda: _hang_up(response)):
        if response.status not in {_OK, _PARTIAL}:
            raise DownloadError(url, f"the server answered {response.status}.")
        if response.status == _OK:
            start = 0
        elif (
            kept is None
            or response.headers.get("Content-Range") != f"bytes {start}-{(kept.total or 0) - 1}/{kept.total}"
        ):
            # Another file, or a server that counts in its own way: begin again.
            _forget(part)
            return False
        length = response.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        _check_room(url, part.parent, total, start)
        validator = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        _write_note(part, _Kept(url, "" if validator.startswith("W/") else validator, total))
        with part.open("ab" if start else "wb") as file:
            _copy(response, file, Progress(f"Downloading {part.stem}", start, total, "B"), on_progress, cancel)
    size = part.stat().st_size
    if total is not None and size < total:
        raise DownloadError(
            url, f"the connection was cut off. {_megabytes(size)} of {_megabytes(total)} are kept; try again."
        )
    return True


def _copy(
    response: http.client.HTTPResponse,
    file: IO[bytes],
    progress: Progress,
    on_progress: OnProgress,
    cancel: CancelToken,
) -> None:
    done = progress.done
    reported_s = 0.0
    while True:
        try:
            chunk = response.read1(_CHUNK_BYTES)
        except (OSError, http.client.HTTPException):
            cancel.raise_if_set()
            file.flush()
            raise
        cancel.raise_if_set()
        if not chunk:
            break
        done += len(chunk)
        if done > MAX_BYTES:
            raise DownloadError("the file", "it is larger than 2 GiB.")
        file.write(chunk)
        now_s = time.monotonic()
        if now_s - reported_s >= _REPORT_EVERY_S or done == progress.total:
            reported_s = now_s
            on_progress(Progress(progress.step, done, progress.total, "B"))


def _hang_up(response: http.client.HTTPResponse) -> None:
    """End a read that another thread is waiting in. Closing the response would wait for that thread's lock."""
    with suppress(OSError, ValueError, AttributeError):
        connection = socket.socket(fileno=response.fileno())
        try:
            connection.shutdown(socket.SHUT_RDWR)
        finally:
            connection.detach()


def _check_room(url: str, folder: Path, total: int | None, start: int) -> None:
    free = shutil.disk_usage(folder).free
    if total is not None and total > MAX_BYTES:
        raise DownloadError(url, "it is larger than 2 GiB.")
    if total is not None and free < total - start + _SPARE_BYTES:
        raise DownloadError(url, f"the disk has {_megabytes(free)} left; {_megabytes(total - start)} are needed.")


@contextmanager
def _explained(url: str, target: Path) -> Iterator[None]:
    """Turn what the network and the disk raise into sentences."""
    part = target.with_name(target.name + ".part")
    try:
        yield
    except urllib.error.HTTPError as error:
        absent = error.code in {_NOT_FOUND, _GONE}
        reason = (
            "the server does not have it (404)." if absent else f"the server answered {error.code} ({error.reason})."
        )
        raise DownloadError(url, reason) from error
    except urllib.error.URLError as error:
        raise DownloadError(url, f"there is no connection ({error.reason}). {_kept_words(part)}".rstrip()) from error
    except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
        raise DownloadError(url, f"the connection was cut off. {_kept_words(part)}".rstrip()) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DownloadError(url, f"the disk is full. {_kept_words(part)}".rstrip()) from error
        raise DownloadError(url, f"it cannot be written ({error.strerror or error}).") from error


def _kept_words(part: Path) -> str:
    try:
        size = part.stat().st_size
    except OSError:
        return ""
    return f"{_megabytes(size)} are kept; try again." if size else ""


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _write_note(part: Path, kept: _Kept) -> None:
    _note(part).write_text(json.dumps(asdict(kept)), encoding="utf-8")


def _read_note(part: Path, url: str) -> _Kept | None:
    """What the part is a part of; None where there is none, or where nobody could notice that the file has changed."""
    try:
        fields = json.loads(_note(part).read_text(encoding="utf-8"))
        kept = _Kept(str(fields["url"]), str(fields["validator"]), fields["total"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if kept.url != url or not isinstance(kept.total, int) or not part.is_file():
        return None
    return kept


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _ignore(_progress: Progress) -> None:
    """Nobody watches."""
