"""A model hub on loopback, with the API of huggingface.co, that can be told to misbehave."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """What the hub holds and how it behaves.

    Attributes:
        folders: checkpoints by name.
        licence: that it names for all of them.
        cuts: how many answers to break off halfway.
        deaf: answer every request for a part with the whole file.
        corrupt: send wrong bytes.
        claims: sizes that it announces instead of the true ones, by file name.
        closed: names that need a token.
        requests: (path, range header) of every request.
    """

    folders: dict[str, Path] = field(default_factory=dict)
    licence: str = "apache-2.0"
    cuts: int = 0
    deaf: bool = False
    corrupt: bool = False
    claims: dict[str, int] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    endpoint: str = ""

    @contextmanager
    def serve(self) -> Iterator[FakeHub]:
        """Answer requests at `endpoint` for as long as this lasts."""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(urlsplit(request.path).path)
        self.requests.append((path, request.headers.get("Range")))
        parts = path.strip("/").split("/")
        if parts[0] == "cdn":
            self._content(request, self.folders["/".join(parts[1:3])].joinpath(*parts[3:]))
            return
        name = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        open_to = name not in self.closed or request.headers.get("Authorization") == "Bearer key"
        folder = self.folders.get(name)
        if folder is None or not open_to:
            self._send(request, 401, b"{}")
        elif parts[0] == "api":
            self._send(request, 200, json.dumps(self._listing(name, folder)).encode())
        else:  # large files of the hub lie elsewhere
            request.send_response(302)
            request.send_header("Location", f"/cdn/{name}/{'/'.join(parts[4:])}")
            request.send_header("Content-Length", "0")
            request.end_headers()

    def _listing(self, name: str, folder: Path) -> dict[str, object]:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return {
            "id": name,
            "sha": COMMIT,
            "cardData": {"license": self.licence},
            "siblings": [self._entry(path, path.relative_to(folder).as_posix()) for path in files],
        }

    def _entry(self, path: Path, name: str) -> dict[str, object]:
        data = path.read_bytes()
        size = self.claims.get(name, len(data))
        if path.suffix in (".safetensors", ".bin", ".onnx"):
            large = {"sha256": hashlib.sha256(data).hexdigest(), "size": size}
            return {"rfilename": name, "size": size, "lfs": large}
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        return {"rfilename": name, "size": size, "blobId": blob}

    def _content(self, request: BaseHTTPRequestHandler, path: Path) -> None:
        data = path.read_bytes()
        if self.corrupt:
            data = bytes(byte ^ 1 for byte in data)
        wanted = request.headers.get("Range")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and not self.deaf else 0
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        body = data[start:]
        if self.cuts and len(body) > 1000:
            self.cuts -= 1
            request.wfile.write(body[: len(body) // 2])
            request.close_connection = True
            return
        request.wfile.write(body)

    def _send(self, request: BaseHTTPRequestHandler, code: int, body: bytes) -> None:
        request.send_response(code)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
