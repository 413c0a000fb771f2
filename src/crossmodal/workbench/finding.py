"""Finding: vectors of media, and indexes of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from .. import codecs
from ..card import Edge
from ..contracts import Translator
from ..encoders.streaming import encode_files
from ..errors import InputError, StoreError
from ..index import Building, Index, Listener, Reading, Report, Summary, rebuild
from ..media import Audio, Segment
from ..modality import AUDIO, IMAGE, TEXT
from ..space import Vectors
from .base import Bench, Input


class Finding(Bench):
    """The verbs that embed and index."""

    def embed(self, items: Sequence[Input]) -> Vectors:
        """Return one unit vector for each of `items`, in order.

        Args:
            items: media; a `Path` is a file to read, a `str` is words.

        Raises:
            InputError: `items` is empty, or one of them cannot be used.
            SpaceMismatch: the models chosen for their modalities lead into different spaces.
        """
        # Pictures stay files until a thread decodes them: all at once might not fit in memory.
        media = [item if is_picture(item) else self._medium(item) for item in items]
        if not media:
            raise InputError("There is nothing to embed", cure="Pass at least one item.")
        kinds = [IMAGE if isinstance(item, Path | str) else item.modality for item in media]
        space = self.encoder(kinds[0]).space
        values = np.empty((len(media), space.dim), np.float32)
        for modality in set(kinds):
            encoder = self.encoder(modality)
            space.check(encoder.space)
            rows = [row for row, kind in enumerate(kinds) if kind is modality]
            found = encode_files(
                encoder,
                [media[row] for row in rows],
                limits=codecs.Limits.of(self.settings),
                workers=self.settings.workers,
                batch=self.settings.batch_size,
            )
            values[rows] = found.values
        return Vectors(space, values)

    def index(self, folder: str | Path | None = None, *, must_exist: bool = False) -> Index:
        """Open the index in `folder`; None for the one in the settings.

        Args:
            must_exist: False creates one where there is none.

        Raises:
            StoreError: the folder cannot be used as an index, or must exist and does not.
        """
        place = self.settings.index_folder if folder is None else Path(folder).expanduser()
        if must_exist and not place.exists():
            raise StoreError(
                f"There is no index at {place}", cure="Make one: crossmodal index FOLDER"
            )
        return Index(
            place, encoders=self.encoders(), settings=self.settings, listener=self._listener()
        )

    def rebuild(
        self,
        folder: str | Path | None = None,
        *,
        progress: Report | None = None,
        building: Building | None = None,
        reading: Reading | None = None,
    ) -> Summary:
        """Read and encode all files that the index in `folder` knows anew, in its place.

        For an index of an older version of Crossmodal, or of other models than those in the
        settings. The old index answers until the new one is whole; an interrupted rebuild goes on
        where it was.

        Args:
            folder: None for the one in the settings.
            progress, building, reading: see `Index.add`.

        Raises:
            StoreError: there is no index, or it cannot be rebuilt now.
        """
        place = self.settings.index_folder if folder is None else Path(folder).expanduser()
        return rebuild(
            place,
            encoders=self.encoders(),
            settings=self.settings,
            listener=self._listener(),
            progress=progress,
            building=building,
            reading=reading,
        )

    def _listener(self) -> Listener | None:
        """Return what writes down speech, where the settings want it and it is installed."""
        if not self.settings.index_speech:
            return None
        name = self.settings.recognition_model
        card = self.registry.card(name, edge=Edge.TRANSLATOR, source=AUDIO, target=TEXT)
        if not self.registry.usable(card):
            return None
        return _Ear(card.id, partial(self.registry.translator, card.name))


@dataclass(frozen=True, slots=True)
class _Ear:
    """A Listener over a speech recogniser, which is loaded when something is to be heard."""

    name: str
    load: Callable[[], Translator]

    def __call__(self, blocks: Iterable[Audio]) -> Iterator[Segment]:
        from ..translators.speech_recognition import SpeechRecogniser

        yield from cast(SpeechRecogniser, self.load()).stream(blocks)


def is_picture(item: Input) -> bool:
    """Return whether `item` is the path of a picture, by its first bytes."""
    if not isinstance(item, Path):
        return False
    path = item.expanduser()
    if not path.is_file():
        return False  # whoever reads it will say what is wrong
    with path.open("rb") as stream:
        kind = codecs.sniff(stream.read(codecs.HEAD))
    return kind is not None and kind.modality is IMAGE
