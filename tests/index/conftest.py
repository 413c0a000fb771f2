"""An index in an empty folder, with encoders that count what they encode."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from toys import Counting, toys

from crossmodal.contracts import Encoder
from crossmodal.index import Index
from crossmodal.modality import Modality
from crossmodal.settings import Settings


@pytest.fixture
def encoders() -> dict[Modality, Encoder]:
    return toys()


@pytest.fixture
def index(tmp_path: Path, encoders: dict[Modality, Encoder]) -> Iterator[Index]:
    settings = Settings(threads=2, match_prior=0.01)
    with Index(tmp_path / "index", encoders=encoders, settings=settings) as made:
        yield made


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


def encoded(encoders: dict[Modality, Encoder]) -> int:
    """Return how many media went through the networks so far."""
    return sum(e.encoded for e in encoders.values() if isinstance(e, Counting))
