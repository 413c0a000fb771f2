"""Aligning: shared spaces from one's own pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..codecs import Limits
from ..errors import NameClash
from ..learn import spaces
from ..learn.spaces import SavedSpace
from ..media import Media
from ..modality import Modality
from .base import Bench

if TYPE_CHECKING:
    from ..learn.alignment import Alignment
    from ..learn.encoding import Report
    from ..learn.pairs_table import ThingPairs

Item: TypeAlias = Media | Path | str
Pairs: TypeAlias = str | Path | Sequence[tuple[Item, Item]] | Sequence[NDArray[Any]]


class Aligning(Bench):
    """The verbs that learn shared spaces."""

    def align(
        self,
        pairs: Pairs,
        *,
        save: str = "",
        method: str = "cca",
        lock: str | int | None = None,
        columns: Sequence[str] = (),
        kinds: Sequence[str] = ("auto", "auto"),
        where: Mapping[str, str] | None = None,
        held_out: float = 0.1,
        seed: int = 0,
        replace: bool = False,
        progress: Report | None = None,
    ) -> Alignment:
        """Learn a shared space from pairs, and measure it on some that are held out.

        Args:
            pairs: the path of a table (CSV, JSON Lines, Parquet) of files and words; or a list of
                (left, right), each a medium, a `Path` to read, or words; or two matrices of
                features whose rows belong together.
            save: name to save the space under; "" to measure only.
            method, lock, held_out, seed: see `learn.alignment.Plan`.
            columns, kinds, where: which columns of a table, whether they hold files or words, and
                which rows; see `learn.pairs_table.from_table`.
            replace: put the new space in the place of one of the same name.
            progress: told of each batch that is encoded.

        Raises:
            InputError: the pairs cannot be used or learned from.
            NameClash: `save` is the name of a space or model that there is already.
        """
        from ..learn.alignment import Plan, align_features, align_media

        if save:
            self._check_free(save, replace=replace)
        plan = Plan(method=method, lock=lock, held_out=held_out, seed=seed)
        if not isinstance(pairs, str | Path) and _are_features(pairs):
            aligned = align_features(pairs[0], pairs[1], plan)  # type: ignore[arg-type]
        else:
            things = self._things(pairs, columns, kinds, where)
            workers = self.settings.workers
            aligned = align_media(things, self.encoder, plan, workers=workers, report=progress)
        if not save:
            return aligned
        source = Path(pairs).name if isinstance(pairs, str | Path) else "your own pairs"
        others = {kind: self.registry.card(name) for kind, name in self._encoder_names().items()}
        kept = aligned.save(save, source=source, others=others, replace_old=replace)
        for card in spaces.read(save).cards:
            self.registry.add(card, replace=replace)
        return kept

    def spaces(self) -> list[SavedSpace]:
        """Return the saved spaces, by name."""
        return [spaces.read(name) for name in spaces.names()]

    def _things(
        self,
        pairs: Pairs,
        columns: Sequence[str],
        kinds: Sequence[str],
        where: Mapping[str, str] | None,
    ) -> ThingPairs:
        from ..learn.pairs_table import from_items, from_table

        if isinstance(pairs, str | Path):
            path = Path(pairs).expanduser()
            limits = Limits.of(self.settings)
            return from_table(path, columns=columns, kinds=kinds, where=where, limits=limits)
        return from_items(pairs, load=self._glance)  # type: ignore[arg-type]

    def _check_free(self, name: str, *, replace: bool) -> None:
        """Refuse a name that is taken, before any work is done."""
        spaces.check_name(name)
        own = spaces.read(name).cards if name in spaces.names() else ()
        if own and not replace:
            raise spaces.taken(name)
        theirs = {card.name for card in own}
        for card in self.registry:
            if card.name in {f"{name}-{kind}" for kind in Modality} - theirs:
                raise NameClash(
                    f"A space called {name!r} would bring a model {card.name!r}, and there is one",
                    cure="Choose another name.",
                )


def _are_features(pairs: Sequence[Any]) -> bool:
    return len(pairs) == 2 and all(isinstance(view, np.ndarray) for view in pairs)
