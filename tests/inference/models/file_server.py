"""Serve files on 127.0.0.1 with ranges, and misbehave on request."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Shelf:
    """What the server has, and how it behaves.

    Attributes:
        files: contents by path.
        cut_after: end each answer after so many bytes, as a lost connection does.
        stall_after: send so many bytes, then nothing until `release` is set.
        etag: of every file; None sends none.
        ranges: whether a part may be asked for.
        part_of_its_own: answers every request with this Content-Range.
        redirects: where other paths lead.
        requests: path and Range header of each request.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: int | None = None
    stall_after: int | None = None
    etag: str | None = '"one"'
    ranges: bool = True
    part_of_its_own: str = ""
    redirects: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(shelf: Shelf) -> Iterator[str]:
    """While the block runs, serve `shelf`; gives the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            shelf.requests.append((self.path, wanted))
            if self.path in shelf.redirects:
                self.send_response(302)
                self.send_header("Location", shelf.redirects[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            data = shelf.files.get(self.path)
            if data is None:
                self.send_error(404)
                return
            start = 0
            unchanged = self.headers.get("If-Range") in {None, shelf.etag}
            if wanted and shelf.ranges and unchanged:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(data) > 0:
                self.send_error(416)
                return
            self.send_response(206 if start or shelf.part_of_its_own else 200)
            if shelf.part_of_its_own:
                self.send_header("Content-Range", shelf.part_of_its_own)
            elif start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(data) - start))
            if shelf.etag:
                self.send_header("ETag", shelf.etag)
            self.end_headers()
            body = data[start:]
            if shelf.stall_after is not None:
                self.wfile.write(body[: shelf.stall_after])
                self.wfile.flush()
                shelf.release.wait(30)
                return
            self.wfile.write(body[: shelf.cut_after])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        shelf.release.set()
        server.shutdown()
        thread.join()
        server.server_close()
