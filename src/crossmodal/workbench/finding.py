"""Finding: vectors of media, and indexes of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import InputError, StoreError
from ..index import Index
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
        media = [self._medium(item) for item in items]
        if not media:
            raise InputError("There is nothing to embed", cure="Pass at least one item.")
        space = self.encoder(media[0].modality).space
        values = np.empty((len(media), space.dim), np.float32)
        for modality in {medium.modality for medium in media}:
            encoder = self.encoder(modality)
            space.check(encoder.space)
            rows = [row for row, medium in enumerate(media) if medium.modality is modality]
            values[rows] = encoder.encode([media[row] for row in rows]).values
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
        return Index(place, encoders=self.encoders(), settings=self.settings)
