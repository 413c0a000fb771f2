"""What worker threads do with one file: hash it, then decode it and prepare it for a network."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from .. import codecs
from ..codecs import text
from ..codecs.container import tracks
from ..codecs.files import open_source
from ..codecs.sniff import HEAD
from ..contracts import Encoder, Prepared
from ..errors import CrossmodalError, InputError
from ..media import Media, Text
from ..modality import Modality
from .films import watch
from .passages import Passage, passages
from .scan import Found
from .senses import Notes, Senses
from .sounds import hear
from .store import Entry, File

log = logging.getLogger(__name__)

CHUNK = 1 << 20  # bytes that are hashed at a time
TEXT_BYTES = 1 << 22  # of a text; what follows is not indexed
HASH_BYTES = 16
_TIMED = (Modality.AUDIO, Modality.VIDEO)
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that was read.

    Attributes:
        pieces: each for one entry, prepared for the network of `modality` or without a vector.
        entries: what has been encoded already: the stretches of a sound or film.
        note: what of it could not be read.
    """

    file: File
    modality: Modality
    pieces: tuple[tuple[Passage | None, Prepared | None], ...] = ((None, None),)
    entries: tuple[Entry, ...] = field(default=(), repr=False)
    note: str = ""


def fingerprint(found: Found) -> File:
    """Return what the file at `found.path` is now.

    Raises:
        OSError: it cannot be read.
        CrossmodalError: it changed meanwhile.
    """
    state, kind = hashlib.blake2b(digest_size=HASH_BYTES), None
    descriptor = os.open(found.path, _FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        before = os.fstat(descriptor)
        while chunk := stream.read(CHUNK):
            kind = kind or codecs.sniff(chunk[:HEAD])
            state.update(chunk)
        after = os.fstat(descriptor)
    path, streamed = os.fsencode(found.path), kind is not None and kind.modality in _TIMED
    file = File(path, before.st_size, before.st_mtime_ns, state.digest(), streamed)
    _check_same(file, after)
    return file


def prepare(file: File, *, senses: Senses) -> Ready:
    """Return the file decoded, cut into pieces, and each piece prepared.

    Sounds and films are encoded as well: so only what is found of them has to be held.

    Raises:
        InputError: it cannot be decoded.
        OSError, CrossmodalError: it cannot be read, or it changed meanwhile.
    """
    try:
        ready = _prepare(file, senses)
    finally:  # a file that is being written may look damaged
        _check_same(file, Path(os.fsdecode(file.path)).stat())
    return ready


def _prepare(file: File, senses: Senses) -> Ready:
    path, encoders = os.fsdecode(file.path), senses.networks.encoders
    with open_source(path) as stream:
        head = stream.read(HEAD)
    kind = codecs.sniff(head)
    if kind is not None and kind.modality in _TIMED:
        return _timed(file, Path(path), kind.modality, senses)
    if kind is not None and kind.modality not in encoders and kind.modality is not Modality.TEXT:
        return Ready(file, kind.modality)  # to be found by its name
    if kind is not None and kind.name == "utf-8" and file.size > TEXT_BYTES:
        medium: Media = _beginning(path)
    else:
        encoder = encoders.get(kind.modality) if kind else None
        side = encoder.card.options.get("side") if encoder else None
        medium = codecs.read(path, limits=senses.limits, at_least=side)
    return Ready(file, medium.modality, _pieces(medium, encoders.get(medium.modality)))


def _timed(file: File, path: Path, modality: Modality, senses: Senses) -> Ready:
    """Return a sound or film with an entry for each stretch of it, and one for its name."""
    if not (senses.sees() or senses.hears()):
        return Ready(file, modality)
    notes = Notes(str(path))
    if tracks(path).picture:
        entries = watch(path, senses=senses, notes=notes)
        modality = Modality.VIDEO
    else:
        entries = hear(path, senses=senses, notes=notes) if senses.hears() else []
        modality = Modality.AUDIO
    return Ready(file, modality, entries=tuple(entries), note=str(notes))


def _pieces(
    medium: Media, encoder: Encoder | None
) -> tuple[tuple[Passage | None, Prepared | None], ...]:
    if not isinstance(medium, Text):
        return ((None, encoder.prepare(medium) if encoder else None),)
    found = [(passage, _prepared(passage, encoder)) for passage in passages(medium.content)]
    return tuple(found) or ((None, None),)


def _prepared(passage: Passage, encoder: Encoder | None) -> Prepared | None:
    try:
        return encoder.prepare(Text(passage.text)) if encoder else None
    except InputError:  # a line of dashes, say: no words to encode, and no reason to drop the rest
        return None


def _beginning(path: str) -> Text:
    """Return the first TEXT_BYTES of a long UTF-8 text, up to the end of a line or a character."""
    with Path(path).open("rb") as stream:
        data = stream.read(TEXT_BYTES + 1)
    end = data.rfind(b"\n", TEXT_BYTES // 2)
    if end < 0:
        end = TEXT_BYTES
        while end and data[end] & 0xC0 == 0x80:  # within a character of several bytes
            end -= 1
    log.info("%s is long: its first %d bytes are indexed", Path(path), end)
    return text.decode(data[:end])


def _check_same(file: File, status: os.stat_result) -> None:
    if (status.st_size, status.st_mtime_ns) != (file.size, file.mtime_ns):
        raise CrossmodalError("It changed while it was read", cure="Add it again.")
