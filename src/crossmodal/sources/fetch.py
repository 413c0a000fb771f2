"""The only downloader: from a model hub, over HTTPS, what was asked for and checked.

Everything is resumable: a file grows beside its place under a name of its own and moves there once
its checksum is right. Nothing else in this package opens a connection.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPResponse
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast
from urllib.parse import quote, urlsplit

from ..errors import FetchError
from .checkpoints import PART

CHUNK = 1 << 20  # bytes
SMALL = 50_000_000  # bytes of a configuration file, at most
TRIES = 5  # in a row that bring nothing
TIMEOUT = 30.0  # seconds without a byte

Report = Callable[[int], None]
"""Told of bytes that arrived."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the hub: `sha256` of its content or, for small ones, git's `blob` name for it."""

    path: str
    size: int
    sha256: str = ""
    blob: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What the hub holds of a checkpoint at one commit."""

    name: str
    commit: str
    licence: str
    files: tuple[RemoteFile, ...]

    def file(self, path: str) -> RemoteFile | None:
        """Return the file at `path`; None where there is none."""
        return next((file for file in self.files if file.path == path), None)


class Hub:
    """A model hub with the API of huggingface.co.

    Args:
        endpoint: its address; HTTPS, or HTTP on this machine.
        token: what it gave its user; "" to come as a stranger.
        pause: seconds before the second try; doubled for each further one.
    """

    def __init__(self, endpoint: str, *, token: str = "", pause: float = 1.0) -> None:
        self.endpoint, self._token, self._pause = endpoint.rstrip("/"), token, pause
        parts = urlsplit(self.endpoint)
        self._local = is_loopback(parts.hostname)
        if parts.scheme != "https" and not (parts.scheme == "http" and self._local):
            raise FetchError(f"The hub is set to {endpoint!r}", cure="Use an https:// address.")
        handlers: list[urllib.request.BaseHandler] = [_Redirects(self._allowed, self._token)]
        if self._local:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def list(self, name: str, revision: str = "main") -> Listing:
        """Return what the hub holds of the checkpoint `name` at `revision`.

        Raises:
            FetchError: there is no such checkpoint, or no way to the hub.
        """
        url = f"{self.endpoint}/api/models/{name}/revision/{quote(revision, safe='')}?blobs=true"
        row = _parsed(self._get(url, name=name), name)
        try:
            files = tuple(_file(entry) for entry in row["siblings"])
            licence = str((row.get("cardData") or {}).get("license") or "")
            return Listing(name, str(row["sha"]), licence, files)
        except (KeyError, TypeError, ValueError) as error:
            raise FetchError(
                f"The hub's answer on {name} cannot be understood: {error!r}",
                cure="Check the setting hub.",
            ) from error

    def read(self, listing: Listing, path: str) -> bytes:
        """Return the small file at `path` of what `listing` lists."""
        return self._get(self._url(listing, path), name=f"{listing.name}/{path}")

    def download(self, listing: Listing, file: RemoteFile, folder: Path, report: Report) -> None:
        """Bring `file` to its place below `folder`, going on where an earlier call stopped.

        Raises:
            FetchError: it cannot be brought, or what came is not what the hub announced.
        """
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_same(target, file):
            report(file.size)
            return
        part = target.with_name(target.name + PART)
        self._fill(listing, file, part, report)
        if not is_same(part, file):
            part.unlink()
            raise FetchError(
                f"{file.path} of {listing.name} came with a wrong checksum",
                cure="It was thrown away; run the same command again.",
            )
        part.replace(target)

    def _get(self, url: str, *, name: str) -> bytes:
        """Return what a small file at `url` holds."""
        for failures in range(TRIES):
            try:
                with self._open(url, name=name) as response:
                    data = response.read(SMALL)
                    if response.length in (None, 0):
                        return data
            except (_Cut, OSError, http.client.HTTPException):
                pass
            time.sleep(self._pause * 2**failures)
        raise FetchError(
            f"The hub does not answer on {name}, in {TRIES} tries", cure="Try again later."
        )

    def _fill(self, listing: Listing, file: RemoteFile, part: Path, report: Report) -> None:
        """Let `part` grow to the file's size, over as many connections as it takes."""
        if part.exists() and part.stat().st_size > file.size:
            part.unlink()
        part.touch()
        report(part.stat().st_size)
        failures = 0
        while (done := part.stat().st_size) < file.size:
            try:
                self._go_on(listing, file, part, report)
            except _Cut as cut:
                failures = 0 if part.stat().st_size > done else failures + 1
                if failures == TRIES:
                    raise FetchError(
                        f"{file.path} of {listing.name} stopped coming: {cut}",
                        cure="What arrived is kept; run the same command again.",
                    ) from cut
                time.sleep(self._pause * 2**failures if failures else 0)

    def _go_on(self, listing: Listing, file: RemoteFile, part: Path, report: Report) -> None:
        done = part.stat().st_size
        url, name = self._url(listing, file.path), f"{listing.name}/{file.path}"
        with self._open(url, name=name, start=done) as response, part.open("r+b") as stream:
            if done and response.status != http.client.PARTIAL_CONTENT:
                report(-done)  # the hub begins anew
                done = 0
            stream.seek(done)
            stream.truncate()
            left = file.size - done
            while left and (chunk := _receive(response, min(CHUNK, left))):
                _store(stream, chunk, part)
                left -= len(chunk)
                report(len(chunk))
        if left:
            raise _Cut("the connection ended")

    @contextmanager
    def _open(self, url: str, *, name: str, start: int = 0) -> Iterator[HTTPResponse]:
        request = urllib.request.Request(url, headers={"User-Agent": "crossmodal"})  # noqa: S310
        if start:
            request.add_header("Range", f"bytes={start}-")
        if self._token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            response = self._opener.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refused(error.code, name) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if start:
                raise _Cut(str(reason)) from error
            raise FetchError(
                f"{self.endpoint} cannot be reached: {reason}",
                cure="Check the network. Models that are on this machine work without it.",
            ) from error
        with response:
            yield cast(HTTPResponse, response)

    def _refused(self, code: int, name: str) -> Exception:
        if code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE or code >= 500 or code == 429:
            return _Cut(f"the hub answers with {code}")
        if code in (401, 403) and self._token:
            return FetchError(
                f"The hub keeps {name} from you ({code})",
                cure="Its page says whom it lets in; check its name, and your token in HF_TOKEN.",
            )
        if code in (401, 403, 404):
            return FetchError(
                f"The hub has no {name}, or shows it to some only ({code})",
                cure="Check its name; for a gated one, accept its terms on its page and set"
                " HF_TOKEN.",
            )
        return FetchError(f"The hub answers with {code} for {name}", cure="Try again later.")

    def _url(self, listing: Listing, path: str) -> str:
        return f"{self.endpoint}/{listing.name}/resolve/{listing.commit}/{quote(path)}"

    def _allowed(self, url: str) -> bool:
        """Return whether a redirect to `url` is followed."""
        parts = urlsplit(url)
        if self._local:
            return is_loopback(parts.hostname) or parts.scheme == "https"
        return parts.scheme == "https" and not is_private(parts.hostname)


class _Cut(Exception):
    """A connection ended before its time; the next may go on."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to allowed addresses, and shows the token to its own host only."""

    def __init__(self, allowed: Callable[[str], bool], token: str) -> None:
        self._is_allowed, self._token = allowed, token

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not self._is_allowed(newurl):
            raise FetchError(
                f"The hub sends on to {urlsplit(newurl).hostname}, which is not followed",
                cure="Check the setting hub.",
            )
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request and self._token and urlsplit(newurl).netloc == urlsplit(req.full_url).netloc:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        return request


def token() -> str:
    """Return the user's token for the hub, by the custom of its own tools; "" for none."""
    return os.environ.get("HF_TOKEN", "")


def is_loopback(host: str | None) -> bool:
    """Return whether `host` is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_private(host: str | None) -> bool:
    """Return whether `host` is written as an address that the open network does not have."""
    try:
        return not ip_address(host or "").is_global
    except ValueError:
        return host in (None, "", "localhost")


def is_same(path: Path, file: RemoteFile) -> bool:
    """Return whether the file at `path` is what the hub announced as `file`."""
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    if not file.sha256 and not file.blob:
        return True
    digest = hashlib.sha256() if file.sha256 else hashlib.sha1(usedforsecurity=False)
    if not file.sha256:
        digest.update(b"blob %d\0" % file.size)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == (file.sha256 or file.blob)


def _file(entry: Any) -> RemoteFile:
    path = PurePosixPath(entry["rfilename"])
    if path.is_absolute() or ".." in path.parts or "\\" in str(path) or ":" in str(path):
        raise ValueError(f"a file is called {str(path)!r}")
    large = entry.get("lfs") or {}
    size = int(large.get("size", entry.get("size") or 0))
    return RemoteFile(
        str(path), size, str(large.get("sha256", "")), "" if large else entry.get("blobId") or ""
    )


def _parsed(data: bytes, name: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise FetchError(
            f"The hub's answer on {name} is not JSON", cure="Check the setting hub."
        ) from error


def _receive(response: HTTPResponse, most: int) -> bytes:
    try:
        return response.read(most)
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(str(error)) from error


def _store(stream: IO[bytes], chunk: bytes, part: Path) -> None:
    try:
        stream.write(chunk)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise FetchError(
            f"No space is left for {part.name}", cure="Make room; what arrived is kept."
        ) from error
