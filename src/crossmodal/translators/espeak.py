"""The door to the library espeak-ng, through `ctypes`.

The library keeps its state in the process, not in an object, and is not thread-safe: there is one
`Espeak` a process, and a lock around all that it does. Constants are those of espeak-ng's
`speak_lib.h`.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._optional import need
from ..errors import CrossmodalError, MissingModel

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: sound goes to the callback, from the same thread
_DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: no exit() where its data is missing
_UTF8, _END_PAUSE = 1, 0x1000  # espeakCHARS_UTF8, espeakENDPAUSE
_RATE, _PITCH = 1, 3  # espeakRATE in words a minute, espeakPITCH from 0 to 99


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice: `name` for people, `identifier` for the library, `languages` by BCP 47 code."""

    name: str
    identifier: str
    languages: tuple[str, ...]


class _VoiceRow(ctypes.Structure):
    """`espeak_VOICE`."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),  # (priority byte, code, 0)*, 0
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Espeak:
    """The library, initialised. `rate` is its samples a second."""

    def __init__(self, library: Any, data_path: str) -> None:
        self._lock = threading.Lock()
        self._library = library
        self._parts: list[bytes] = []
        _declare(library)
        self.rate: int = library.espeak_Initialize(
            _SYNCHRONOUS, 0, data_path.encode("utf-8", "surrogateescape"), _DONT_EXIT
        )
        if self.rate <= 0:
            raise MissingModel(
                f"espeak-ng cannot read its voices in {data_path}",
                cure="Run: pip install --force-reinstall espeakng-loader",
            )
        self._callback = _Callback(self._take)  # kept: the library holds only its address
        library.espeak_SetSynthCallback(self._callback)

    def voices(self) -> tuple[Voice, ...]:
        """Return the voices, each with the languages that it speaks."""
        with self._lock:
            return tuple(_rows(self._library.espeak_ListVoices(None)))

    def variants(self) -> tuple[str, ...]:
        """Return the names of what a voice can sound like, such as "f3" or "whisper"."""
        code = ctypes.create_string_buffer(b"variant")
        wanted = _VoiceRow(languages=ctypes.addressof(code))
        with self._lock:
            rows = list(_rows(self._library.espeak_ListVoices(ctypes.byref(wanted))))
        return tuple(sorted({row.identifier.rpartition("/")[2] for row in rows}))

    def say(self, text: str, *, voice: str, rate: int, pitch: int) -> NDArray[np.int16]:
        """Return `text` spoken, (T,) int16 at `self.rate`.

        Args:
            text: a few sentences without NUL.
            voice: identifier, with "+" and a variant where wanted.
            rate: words a minute.
            pitch: 0 to 99.
        """
        data = text.encode("utf-8", "replace")
        with self._lock:
            self._parts.clear()
            status = self._library.espeak_SetVoiceByName(voice.encode())
            status = status or self._library.espeak_SetParameter(_RATE, rate, 0)
            status = status or self._library.espeak_SetParameter(_PITCH, pitch, 0)
            status = status or self._library.espeak_Synth(
                data, len(data) + 1, 0, 0, 0, _UTF8 | _END_PAUSE, None, None
            )
            if status:
                raise CrossmodalError(f"espeak-ng failed with status {status} as {voice!r}")
            spoken = b"".join(self._parts)
            self._parts.clear()
        return np.frombuffer(spoken, np.int16)

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        """Keep what the library has spoken; 0 tells it to go on."""
        if samples and count > 0:
            self._parts.append(ctypes.string_at(samples, 2 * count))
        return 0


@cache
def _open() -> Espeak:
    loader = need("espeakng_loader", extra="speech")
    path = loader.get_library_path()
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise MissingModel(
            f"The library {path} cannot be loaded: {error}",
            cure="Run: pip install --force-reinstall espeakng-loader",
        ) from error
    return Espeak(library, loader.get_data_path())


_opening = threading.Lock()


def espeak() -> Espeak:
    """Return the one library of this process.

    Raises:
        MissingExtra: espeakng-loader is not installed.
        MissingModel: it is, but the library or its voices cannot be read.
    """
    with _opening:
        return _open()


def _declare(library: Any) -> None:
    """Tell ctypes what the library's functions take and return."""
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRow))
    library.espeak_Initialize.argtypes = [
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
    ]
    library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
    library.espeak_SetParameter.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int]
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]


def _rows(table: Any) -> Iterator[Voice]:
    """Yield the voices of a table that ends with a null pointer."""
    number = 0
    while table[number]:
        row = table[number].contents
        yield Voice(
            name=row.name.decode("utf-8", "replace"),
            identifier=row.identifier.decode("utf-8", "replace"),
            languages=tuple(_codes(row.languages)),
        )
        number += 1


def _codes(address: int | None) -> Iterator[str]:
    """Yield the language codes at `address`: a priority byte and a C string each, until a 0."""
    while address and ctypes.string_at(address, 1) != b"\0":
        code = ctypes.string_at(address + 1)
        yield code.decode("ascii", "replace").lower()
        address += len(code) + 2
