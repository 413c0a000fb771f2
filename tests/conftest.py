"""Shared by all tests: no network, no settings of this user, tiny real models, real pictures."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PILImage
from tiny import tiny_audio_encoder, tiny_image_encoder, tiny_text_encoder

from crossmodal.card import ModelCard
from crossmodal.encoders.audio import AudioEncoder
from crossmodal.encoders.image import ImageEncoder
from crossmodal.encoders.text import TextEncoder
from crossmodal.sources.checkpoints import Checkpoints, Runtime, cards_of

COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220)}
FLOAT32 = Runtime("cpu", "float32", unload_after=0)
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty home, so that no settings or index of the user are touched."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with one plain picture of each of COLOURS, named without its colour."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, colour in enumerate(COLOURS.values()):
        noise = np.random.default_rng(number).integers(-15, 15, (48, 64, 3))
        pixels = (np.array(colour) + noise).clip(0, 255).astype(np.uint8)
        PILImage.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def image_encoder() -> ImageEncoder:
    return tiny_image_encoder()


@pytest.fixture(scope="session")
def text_encoder() -> TextEncoder:
    return tiny_text_encoder()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Checkpoints:
    """Where the session's tiny checkpoints stand; see `tiny_checkpoint`."""
    return Checkpoints(tmp_path_factory.mktemp("models"), FLOAT32)


@pytest.fixture(scope="session")
def tiny_checkpoint(
    shelf: Checkpoints, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[ModelCard]]:
    """Return a function that puts a checkpoint of `tiny_hub` on the shelf and returns its cards."""

    def cards(name: str) -> list[ModelCard]:
        manifest = shelf.manifest(name)
        if manifest is None:
            from tiny_hub import MAKERS

            folder = tmp_path_factory.mktemp("made")
            MAKERS[name](folder)
            manifest = shelf.add(folder, name, licence="Apache-2.0", commercial=True)
        return list(cards_of(manifest))

    return cards


@pytest.fixture(scope="session")
def audio_encoder() -> AudioEncoder:
    return tiny_audio_encoder()
