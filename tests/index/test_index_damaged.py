"""Damaged, odd and very long sounds and films: what can be read is kept, nothing else stops."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from toys import COLOURS, all_toys, film, picture, tone

from crossmodal.codecs import audio
from crossmodal.index import Index, Progress
from crossmodal.media import Audio
from crossmodal.settings import Settings

HERE = Path(__file__).parent
SETTINGS = Settings(threads=2, match_prior=0.01)


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Index]:
    with Index(tmp_path / "index", encoders=all_toys(), settings=SETTINGS) as made:
        yield made


def matches(index: Index, query: str) -> set[str]:
    return {hit.path.name for hit in index.search(query, k=50) if hit.is_match}


def damage(path: Path, *, first: float, last: float) -> None:
    """Overwrite what lies between two shares of the file's length."""
    data = bytearray(path.read_bytes())
    begin, end = int(first * len(data)), int(last * len(data))
    data[begin:end] = np.random.default_rng(1).bytes(end - begin)
    path.write_bytes(data)


def test_files_that_hold_nothing_fail_alone(timed: Index, media: Path) -> None:
    (media / "empty.mp4").write_bytes(b"")
    (media / "head.mp4").write_bytes(film(media / "whole.mp4", ("red", 1)).read_bytes()[:200])
    (media / "silent.wav").write_bytes(audio.encode(Audio(np.zeros(0, np.float32), 8000)))
    summary = timed.add(media)
    assert (summary.added, summary.failed, summary.partials) == (1, 3, ())
    assert matches(timed, "red") == {"whole.mp4"}
    assert timed.add(media).failed == 3  # remembered, and not read again


def test_sound_that_is_damaged_in_the_middle_is_kept_in_part(timed: Index, media: Path) -> None:
    tone(("red", 30), ("blue", 30), ("red", 30)).save(media / "a.flac")
    damage(media / "a.flac", first=0.45, last=0.55)
    summary = timed.add(media)
    assert summary.added == 1
    assert "could be decoded" in summary.partials[0].error or "damaged" in summary.partials[0].error
    assert "a.flac" not in summary.partials[0].error
    assert matches(timed, "red") == {"a.flac"}
    assert timed.add(media).unchanged == 1


def test_film_that_breaks_off_is_kept_in_part(timed: Index, media: Path) -> None:
    path = film(media / "a.webm", ("red", 4), ("blue", 4), sound=tone(("green", 8)))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.7)])
    picture(media / "b.png", "blue")
    summary = timed.add(media)
    assert (summary.added, summary.failed) == (2, 0)
    assert matches(timed, "red") == {"a.webm"}
    assert matches(timed, "green") == {"a.webm"}


def test_film_whose_pictures_are_lost_is_found_by_its_sound(timed: Index, media: Path) -> None:
    path = media.parent / "whole.mp4"
    film(path, ("red", 3), sound=tone(("green", 3)))
    with av.open(str(path)) as source, av.open(str(media / "a.mp4"), "w") as target:
        tracks = {s.index: target.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.dts is None:
                continue
            number = packet.stream.index
            if packet.stream.type == "video":
                spoilt = av.Packet(b"\xff" * packet.size)
                spoilt.pts, spoilt.dts, spoilt.time_base = packet.pts, packet.dts, packet.time_base
                packet = spoilt
            packet.stream = tracks[number]
            target.mux(packet)
    summary = timed.add(media)
    assert (summary.added, summary.failed) == (1, 0)
    assert "frames" in summary.partials[0].error
    assert matches(timed, "green") == {"a.mp4"}
    assert matches(timed, "red") == set()


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (11_025, 2), (96_000, 6), (22_050, 5)])
def test_odd_rates_and_channels(timed: Index, media: Path, rate: int, channels: int) -> None:
    samples = tone(("blue", 6), rate=rate).samples * 32_000
    with av.open(str(media / "a.wav"), "w") as container:
        layout = {1: "mono", 2: "stereo", 5: "5.0", 6: "5.1"}[channels]
        track = container.add_stream("pcm_s16le", rate=rate, layout=layout)
        block = np.repeat(samples.astype(np.int16), channels)[None]
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
        frame.sample_rate = rate
        container.mux(track.encode(frame))
        container.mux(track.encode(None))
    assert timed.add(media).added == 1
    assert matches(timed, "blue") == {"a.wav"}


def test_variable_frame_rate_keeps_its_times(timed: Index, media: Path) -> None:
    stamps = [0, 40, 80, 3000, 3040, 9000, 9040, 9500]  # milliseconds
    colours = ["red"] * 3 + ["blue"] * 2 + ["green"] * 3
    with av.open(str(media / "a.mkv"), "w") as container:
        track = container.add_stream("libx264", rate=25)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        track.codec_context.time_base = Fraction(1, 1000)
        for stamp, colour in zip(stamps, colours, strict=True):
            pixels = np.full((48, 64, 3), COLOURS[colour], np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = stamp, Fraction(1, 1000)
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    timed.add(media)
    for colour, start in (("red", 0), ("blue", 3), ("green", 9)):
        assert timed.search(colour)[0].start == pytest.approx(start, abs=0.01)


def test_film_that_is_still_being_written_is_tried_again(timed: Index, media: Path) -> None:
    whole = film(media.parent / "whole.mp4", ("red", 3), sound=tone(("blue", 3))).read_bytes()
    growing, done = media / "a.mp4", threading.Event()
    growing.write_bytes(whole[:1000])

    def write() -> None:
        with growing.open("ab") as stream:
            while not done.is_set():
                stream.write(b"x" * 100)
                stream.flush()
                time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        summary = timed.add(media)
    finally:
        done.set()
        writer.join()
    assert summary.failed == 1
    growing.write_bytes(whole)
    again = timed.add(media)
    assert again.added + again.updated == 1  # updated, where the writer slept and it looked damaged
    assert timed.info().failed == 0
    assert matches(timed, "red") == {"a.mp4"}


def test_longer_than_the_limit_is_indexed_up_to_it(tmp_path: Path, media: Path) -> None:
    film(media / "a.mp4", ("red", 4), ("blue", 4))
    tone(("red", 40), ("blue", 40)).save(media / "a.wav")
    settings = Settings(threads=1, match_prior=0.01, max_seconds=3.0)
    with Index(tmp_path / "i", encoders=all_toys(), settings=settings) as index:
        summary = index.add(media)
        assert {part.path.name for part in summary.partials} == {"a.mp4", "a.wav"}
        assert all("3 seconds" in part.error for part in summary.partials)
        assert matches(index, "red") == {"a.mp4", "a.wav"}
        assert matches(index, "blue") == set()


def test_a_long_sound_keeps_no_other_waiting_and_stops_when_told(
    timed: Index, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossmodal.index.indexer.PATIENCE", 0.02)
    picture(media / "a.png", "red")
    tone(*[("red", 50), ("blue", 50)] * 20, rate=8000).save(media / "long.wav")
    told: list[Path] = []

    def stop(progress: Progress) -> None:
        told.append(progress.path)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        timed.add(media, progress=stop)
    assert told == [media / "a.png"]
    assert matches(timed, "red") == {"a.png"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="makes its media in a fork")
def test_ten_hours_take_no_more_memory_than_a_minute(tmp_path: Path) -> None:
    """The frames of this film are 104 MB, the samples that its sound is heard by 144 MB."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent / "src")}
    command = [sys.executable, "-W", "error", str(HERE / "lasting.py"), str(tmp_path)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 40, f"{done.stdout} MB"
