from __future__ import annotations

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.codecs import audio
from crossmodal.codecs.sniff import FORMATS, HEAD, Format, sniff, stranger
from crossmodal.errors import UnreadableMedia, UnsupportedMedia
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_pictures(kind: str) -> None:
    assert sniff(samples.picture(kind)[:HEAD]) == Format(IMAGE, kind.lower())


def test_phone_photo() -> None:
    assert sniff(samples.heic()[:HEAD]) == Format(IMAGE, "heif")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("wav", "wav"), ("flac", "flac"), ("mp3", "mp3"), ("ogg", "ogg"), ("m4a", "m4a")],
)
def test_sounds(kind: str, name: str) -> None:
    data = audio.encode(samples.tone(0.3), format=kind)  # type: ignore[arg-type]
    assert sniff(data[:HEAD]) == Format(AUDIO, name)


@pytest.mark.parametrize(
    ("kind", "codec", "name"),
    [
        ("mp4", "libx264", "mp4"),
        ("mov", "libx264", "mov"),
        ("webm", "libvpx-vp9", "webm"),
        ("matroska", "libx264", "matroska"),
        ("avi", "mpeg4", "avi"),
        ("mpegts", "libx264", "mpeg-ts"),
        ("mpeg", "mpeg1video", "mpeg-ps"),
        ("flv", "flv", "flv"),
        ("asf", "mpeg4", "asf"),
    ],
)
def test_films(kind: str, codec: str, name: str) -> None:
    base = samples.Fraction(1, 30)
    data = samples.film(range(3), kind=kind, codec=codec, base=base)
    assert sniff(data[:HEAD]) == Format(VIDEO, name)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"\xff\xfb\x90\x64" + bytes(60), "mp3"),
        (b"\xff\xf1\x50\x80" + bytes(60), "aac"),
        (b"FORM\0\0\0\x20AIFFCOMM", "aiff"),
        (b".snd\0\0\0\x18", "au"),
        (b"OggS" + bytes(24) + b"\x80theora", "ogv"),
        (b"OggS" + bytes(24) + b"\x01vorbis", "ogg"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0avifmif1", "avif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "heif"),
        (b"\0\0\0\x14ftyp3gp4\0\0\0\x003gp4", "mp4"),
        (b"#!AMR\n\x3c", "amr"),
    ],
)
def test_heads(head: bytes, name: str) -> None:
    assert sniff(head) == FORMATS[name]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"A plain text.\r\n\tIndented.", "utf-8"),
        ("Grüße, 世界 🌍".encode()[:-1], "utf-8"),  # cut within a character
        ("Grüße".encode("utf-8-sig"), "utf-8"),
        ("Grüße".encode("utf-16"), "utf-16"),
        ("Grüße".encode("utf-32"), "utf-32"),
        (b"BMW is a car, MZ was a motorcycle, ID3 is a tag", "utf-8"),
        (b"GIF and JPEG are formats", "utf-8"),
        (b"\x1b[31mred\x1b[0m", "utf-8"),
    ],
)
def test_text(head: bytes, name: str) -> None:
    assert sniff(head) == Format(TEXT, name)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"MZ\x90\0\x03\0", "a Windows program"),
        (b"\x7fELF\x02\x01", "a Linux program"),
        (b"\xff\x0a\xfa\x1f", "a JPEG XL picture"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "brand b'crx '"),
        ("Grüße".encode("latin-1"), "not in UTF-8"),
        (b"a\0b\0", "no kind of file that is known"),
    ],
)
def test_strangers_are_named(head: bytes, says: str) -> None:
    assert sniff(head) is None
    error = stranger(head)
    assert isinstance(error, UnsupportedMedia)
    assert says in str(error)


def test_nothing_is_no_format() -> None:
    assert sniff(b"") is None
    assert isinstance(stranger(b""), UnreadableMedia)


@given(st.binary(max_size=600))
def test_any_bytes_get_an_answer(head: bytes) -> None:
    kind = sniff(head)
    assert kind is None or FORMATS[kind.name] == kind
    assert "\n" not in str(stranger(head))
