from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import samples

from crossmodal import codecs
from crossmodal.codecs import Limits, audio, read
from crossmodal.errors import InputError, TooLarge, UnreadableMedia, UnsupportedMedia
from crossmodal.media import Audio, Image, Text, Video
from crossmodal.modality import AUDIO, IMAGE, TEXT, VIDEO
from crossmodal.settings import Settings

TONE = samples.tone(0.3)
MADE = {
    TEXT: b"Hello.",
    IMAGE: samples.picture("JPEG"),
    AUDIO: audio.encode(TONE, format="mp3"),
    VIDEO: samples.film([0, 40, 80]),
}


@pytest.mark.parametrize("modality", MADE)
@pytest.mark.parametrize("name", ["a.jpg", "a.mp3", "a.mp4", "a.txt", "a", "a b\nc.é"])
def test_content_decides_and_never_the_name(tmp_path: Path, name: str, modality: str) -> None:
    path = tmp_path / name
    path.write_bytes(MADE[modality])  # type: ignore[index]
    assert read(path).modality == modality
    assert read(str(path)).content_id() == read(MADE[modality]).content_id()  # type: ignore[index]


def test_containers_are_opened_to_tell_sound_from_film(tmp_path: Path) -> None:
    sound_in_film = samples.io.BytesIO()
    with samples.av.open(sound_in_film, "w", format="mp4") as container:
        track = container.add_stream("aac", rate=16_000, layout="mono")
        for frame in audio.frames(TONE, rate=16_000):
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    assert isinstance(read(sound_in_film.getvalue()), Audio)
    assert isinstance(read(MADE[VIDEO]), Video)


def test_options_reach_the_codecs(tmp_path: Path) -> None:
    picture = samples.picture("JPEG", pixels=samples.gradient(800, 600))
    small = read(picture, at_least=75)
    assert isinstance(small, Image)
    assert small.size == (100, 75)
    with pytest.raises(TooLarge, match="pixels"):
        read(picture, limits=Limits(max_pixels=1000))
    with pytest.raises(TooLarge, match="seconds"):
        read(MADE[AUDIO], limits=Limits(max_seconds=0.1))
    with pytest.raises(TooLarge, match="seconds"):
        read(MADE[VIDEO], limits=Limits(max_seconds=0.01))
    with pytest.raises(TooLarge, match="more than 5,000 bytes"):
        read(b"a" * 5001, limits=Limits(max_bytes=5000))
    assert read(b"a" * 5000, limits=Limits(max_bytes=5000)) == Text("a" * 5000)
    with pytest.raises(TooLarge, match="more than 5 bytes"):
        read(MADE[TEXT], limits=Limits(max_bytes=5))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as files are a thing of Unix")
def test_what_is_no_file_is_refused_and_nothing_waits(tmp_path: Path) -> None:
    pipe, plug = tmp_path / "pipe", tmp_path / "plug"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(plug))
        for path, says in (
            (pipe, "It is a pipe"),
            (tmp_path / "link", "It is a pipe"),
            (plug, "It is a socket"),
            (tmp_path, "It is a folder"),
            (Path("/dev/zero"), "It is a device"),
            (tmp_path / "none", "No such file"),
            (tmp_path / "n\0ul", "cannot be opened"),
            (tmp_path / ("n" * 300), "cannot be opened"),
        ):
            with pytest.raises(UnreadableMedia, match=says):
                read(path)


def test_errors_name_the_file_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.jpg"
    for data, kind in (
        (b"", UnreadableMedia),
        (b"%PDF-1.7", UnsupportedMedia),
        (MADE[IMAGE][:200], UnreadableMedia),
        (MADE[VIDEO][:200], UnreadableMedia),
        (b"text\0", UnsupportedMedia),
    ):
        path.write_bytes(data)
        with pytest.raises(kind) as caught:
            read(path)
        assert str(caught.value).count("lines.jpg") == 1
        assert "\n" not in str(caught.value)


def test_playlists_are_text_and_open_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(audio.encode(TONE))
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
    assert isinstance(read(playlist), Text)
    with pytest.raises(InputError, match="It is text"):
        audio.decode(playlist)


def test_limits_come_from_the_settings() -> None:
    settings = Settings(max_pixels=1, max_bytes=2, max_seconds=3.0, max_samples=4)
    limits = Limits(max_pixels=1, max_bytes=2, max_seconds=3.0, max_samples=4)
    assert Limits.of(settings) == limits
    assert Limits.of(Settings()) == Limits()
    with pytest.raises(InputError, match="max_bytes is 0"):
        Limits(max_bytes=0)


def test_reading_text_imports_neither_pillow_nor_ffmpeg(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(MADE[TEXT])
    code = (
        "import sys; from crossmodal import codecs; codecs.read(sys.argv[1]);"
        "print(sorted({'PIL', 'av', 'pillow_heif'} & set(sys.modules)))"
    )
    source = Path(codecs.__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"


def test_every_sound_has_samples() -> None:
    sound = read(MADE[AUDIO])
    assert isinstance(sound, Audio)
    assert np.abs(sound.samples).max() > 0.4
