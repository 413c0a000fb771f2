"""What kind of file some bytes begin: told by the bytes, never by a name."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from ..errors import UnreadableMedia, UnsupportedMedia
from ..modality import Modality

HEAD = 4096  # bytes of a file's beginning that are enough for `sniff`


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file, such as (IMAGE, "jpeg").

    For containers that hold sound or film alike, such as "mp4", `modality` is the usual one; only
    opening the container tells.
    """

    modality: Modality
    name: str


def _formats(modality: Modality, *names: str) -> dict[str, Format]:
    return {name: Format(modality, name) for name in names}


FORMATS: dict[str, Format] = {
    **_formats(Modality.TEXT, "utf-8", "utf-16", "utf-32"),
    **_formats(Modality.IMAGE, "jpeg", "png", "gif", "webp", "bmp", "tiff", "heif", "avif"),
    **_formats(Modality.AUDIO, "wav", "flac", "mp3", "ogg", "m4a", "aac", "aiff", "au", "caf"),
    **_formats(Modality.AUDIO, "amr"),
    **_formats(Modality.VIDEO, "mp4", "mov", "matroska", "webm", "ogv", "avi", "mpeg-ts"),
    **_formats(Modality.VIDEO, "mpeg-ps", "flv", "asf"),
}

# name, then (offset, bytes) pairs that must all be there
_MAGIC: tuple[tuple[str, tuple[tuple[int, bytes], ...]], ...] = (
    ("jpeg", ((0, b"\xff\xd8\xff"),)),
    ("png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("gif", ((0, b"GIF87a"),)),
    ("gif", ((0, b"GIF89a"),)),
    ("webp", ((0, b"RIFF"), (8, b"WEBP"))),
    ("tiff", ((0, b"II*\0"),)),
    ("tiff", ((0, b"MM\0*"),)),
    ("tiff", ((0, b"II+\0"),)),  # BigTIFF
    ("tiff", ((0, b"MM\0+"),)),
    ("wav", ((0, b"RIFF"), (8, b"WAVE"))),
    ("wav", ((0, b"RF64"), (8, b"WAVE"))),
    ("flac", ((0, b"fLaC"),)),
    ("aiff", ((0, b"FORM"), (8, b"AIFF"))),
    ("aiff", ((0, b"FORM"), (8, b"AIFC"))),
    ("au", ((0, b".snd\0"),)),
    ("caf", ((0, b"caff\0"),)),
    ("amr", ((0, b"#!AMR"),)),
    ("mp3", ((0, b"ID3\x02"),)),
    ("mp3", ((0, b"ID3\x03"),)),
    ("mp3", ((0, b"ID3\x04"),)),
    ("avi", ((0, b"RIFF"), (8, b"AVI "))),
    ("mpeg-ps", ((0, b"\0\0\x01\xba"),)),
    ("flv", ((0, b"FLV\x01"),)),
    ("asf", ((0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),)),
    ("mpeg-ts", ((0, b"G"), (188, b"G"), (376, b"G"))),
    ("mpeg-ts", ((4, b"G"), (196, b"G"), (388, b"G"))),  # with time codes, as on Blu-ray
    ("mov", ((4, b"moov"),)),
    ("mov", ((4, b"mdat"),)),
    ("mov", ((4, b"wide"),)),
    ("utf-8", ((0, codecs.BOM_UTF8),)),
    ("utf-32", ((0, codecs.BOM_UTF32_LE),)),  # before UTF-16, whose mark begins this one
    ("utf-32", ((0, codecs.BOM_UTF32_BE),)),
    ("utf-16", ((0, codecs.BOM_UTF16_LE),)),
    ("utf-16", ((0, codecs.BOM_UTF16_BE),)),
)

# ISO base media brands; the first that appears in a file's own order decides
_BRANDS: dict[bytes, str | None] = {
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "heif"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "), "m4a"),
    b"qt  ": "mov",
    b"crx ": None,  # a Canon raw picture
    b"jxl ": None,
}

# What no codec reads, so that the error can name it; all begin the file
_STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a Linux program"),
    (b"MZ", "a Windows program"),
    (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\xca\xfe\xba\xbe", "a macOS program or a Java class"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"\0\0\x01\0", "an icon"),
    (b"MThd\0", "a MIDI score, which holds notes and no sound"),
    (b"wOFF", "a font"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x02", "a pickle"),
    (b"\x80\x04", "a pickle"),
    (b"\x80\x05", "a pickle"),
)

# Control characters that text may hold: BEL to CR (bell, tab, line ends) and ESC (terminal colours)
_CONTROLS = bytes(set(range(32)) - set(range(7, 14)) - {27} | {127})


def sniff(head: bytes) -> Format | None:
    """Return what kind of file begins with `head`, or None where no codec reads it.

    Args:
        head: the first `HEAD` bytes of a file, or all where it has fewer.
    """
    name = _by_magic(head) or _by_frame(head)
    if name is None and not head.startswith((b"%PDF-", b"8BPS", b"Rar!\x1a")) and is_text(head):
        name = "utf-8"
    return FORMATS[name] if name else None


def stranger(head: bytes) -> UnreadableMedia | UnsupportedMedia:
    """Return the error for a file that `sniff` does not know, naming what it looks like."""
    if not head:
        return UnreadableMedia("It is empty", cure="Was it copied or downloaded in full?")
    names = (name for magic, name in _STRANGERS if head.startswith(magic))
    name = next(names, None)
    if name is None and head[4:8] == b"ftyp":
        name = f"a file of the brand {head[8:12]!r}"
    if name is None and head.translate(None, _CONTROLS) == head:
        return UnsupportedMedia(
            "It looks like text, but not in UTF-8", cure="Save it as UTF-8 and try again."
        )
    kinds = "text, pictures (JPEG, PNG, GIF, WebP, HEIC, AVIF, TIFF, BMP), sound and film"
    looks = f"It looks like {name}" if name else "Its bytes begin no kind of file that is known"
    return UnsupportedMedia(looks, cure=f"Pass {kinds}.")


def is_text(head: bytes) -> bool:
    """Return whether `head`, maybe cut within a character, is UTF-8 text."""
    if not head or head.translate(None, _CONTROLS) != head:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _by_magic(head: bytes) -> str | None:
    for name, parts in _MAGIC:
        if all(head.startswith(magic, offset) for offset, magic in parts):
            return name
    if head.startswith(b"OggS"):
        return "ogv" if b"\x80theora" in head else "ogg"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "matroska"
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    return None


def _by_brand(head: bytes) -> str | None:
    size = min(int.from_bytes(head[:4], "big"), len(head), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    for brand in brands:
        if brand in _BRANDS:
            return _BRANDS[brand]
    return "heif" if b"mif1" in brands or b"msf1" in brands else "mp4"


def _by_frame(head: bytes) -> str | None:
    """Tell the formats that have no magic, by fields that can only have certain values."""
    if len(head) >= 18 and head.startswith(b"BM") and head[6:10] == bytes(4):
        return "bmp" if head[14] in (12, 40, 52, 56, 64, 108, 124) else None
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        return "aac" if head[1] & 0xF0 == 0xF0 and head[2] >> 2 & 15 < 13 else None
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return "mp3" if layer != 3 and version != 1 and bitrate != 15 and rate != 3 else None
