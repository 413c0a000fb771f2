"""Which curve turns the scores of a query's medium with stored vectors into probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..calibration import Calibration, pair_name
from ..card import ModelCard
from ..errors import StoreError
from ..modality import IMAGE, VIDEO, Modality


@dataclass(frozen=True, slots=True)
class Shelf:
    """Stored vectors of one kind.

    Attributes:
        made: modality of the encoder that made them.
        stored: modality of the files that they belong to.
    """

    made: Modality
    stored: Modality


def curve(cards: Mapping[Modality, ModelCard], asked: Modality, shelf: Shelf) -> Calibration:
    """Return the curve for a query of modality `asked` and the vectors on `shelf`.

    A film is seen through its pictures: where no card speaks of films, the curve for pictures
    holds. The sound of a film is judged as sound, what is said in it as text.

    Args:
        cards: of the encoders, by modality.

    Raises:
        StoreError: no card carries the calibration.
    """
    makers = [cards[modality] for modality in (asked, shelf.made) if modality in cards]
    for one in _kinds(asked):
        for other in _kinds(VIDEO) if _is_film(shelf) else (shelf.made,):
            for card in (*makers, *cards.values()):
                found = card.calibration.get(pair_name(one, other))
                if found is not None:
                    return found
    names = " and ".join(dict.fromkeys(card.id for card in makers))
    pair = pair_name(asked, VIDEO if _is_film(shelf) else shelf.made)
    raise StoreError(
        f"{names} carry no calibration for {pair}, so their scores say nothing about a match",
        cure=f"Search in other modalities than {shelf.stored}, or use models that carry it.",
    )


def _is_film(shelf: Shelf) -> bool:
    """Return whether the vectors are of pictures in films."""
    return shelf.stored is VIDEO and shelf.made in (IMAGE, VIDEO)


def _kinds(modality: Modality) -> tuple[Modality, ...]:
    return (VIDEO, IMAGE) if modality is VIDEO else (modality,)
