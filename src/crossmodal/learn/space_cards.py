"""The models that a learned space consists of, as cards: its aligners, and encoders that use them.

A space of two sides has one aligner for each side that moves, and one encoder for each: the
side's own encoder with the aligner behind it. A locked side stays in its encoder's space, and so
does everything else that is encoded there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from ..calibration import Calibration, pair_name
from ..card import Edge, Figure, ModelCard, Tier
from ..contracts import Encoder
from ..errors import InputError
from ..modality import Modality
from ..space import Space
from .aligning import Learned
from .estimator import Estimator
from .held_out import Recall
from .spaces import WEIGHTS, SavedSpace

LEAST_FIDELITY = 0.01  # a route must be possible, if only as the last resort


def of_encoders(
    name: str,
    learned: Learned,
    sides: Sequence[Encoder],
    *,
    lock: int | None,
    others: Mapping[Modality, ModelCard],
    source: str,
) -> SavedSpace:
    """Return the space `name` of what `sides` (two encoders) encode.

    Args:
        lock: the side that stays in its space.
        others: the models that encode each modality by default: those that lead into a locked
            side's space are of this space too.
        source: what the pairs came from, for the cards.

    Raises:
        InputError: both sides encode the same modality.
    """
    kinds = [_modality(side) for side in sides]
    if kinds[0] is kinds[1]:
        raise InputError(
            f"Both sides are {kinds[0]}, and a space has one encoder a modality",
            cure="Pair two modalities, or align feature files (.npy).",
        )
    space = _space(name, learned.estimator) if lock is None else sides[lock].space
    encoders = {kind: side.card.name for kind, side in zip(kinds, sides, strict=True)}
    if lock is not None:
        encoders |= {kind: card.name for kind, card in others.items() if card.space == space}
    shared = sides[0].space == sides[1].space
    titles = (str(kinds[0]), str(kinds[1]))
    cards: list[ModelCard] = []
    for view, side in enumerate(sides):
        if view == lock:
            continue
        aligner = _aligner(name, learned, view, side.space, space, titles[view])
        if shared or lock is not None:  # of the space's many modalities it knows but one
            aligner = replace(aligner, source=kinds[view])
        encoder = _encoder(name, learned, side, aligner)
        encoder = replace(encoder, calibration=_curves(learned, sides, view))
        encoder = replace(encoder, quality=figures(learned, titles), data=(source, *side.card.data))
        cards += [aligner, encoder]
        encoders[kinds[view]] = encoder.name
    return SavedSpace(name, encoders, tuple(cards), report(learned, titles))


def of_features(name: str, learned: Learned, titles: tuple[str, str]) -> SavedSpace:
    """Return the space `name` of two kinds of features that no encoder here has made."""
    space = _space(name, learned.estimator)
    cards = []
    for view, title in enumerate(titles):
        source = Space(f"{name}-{title}", space.version, learned.estimator.dims_[view])
        card = _aligner(name, learned, view, source, space, title)
        cards.append(replace(card, options={**card.options, "raw": True}))
    return SavedSpace(name, {}, tuple(cards), report(learned, titles))


def figures(learned: Learned, titles: tuple[str, str]) -> tuple[Figure, ...]:
    """Return the held-out recall both ways as figures for a card, the widest first."""
    ways = ((titles, learned.forth), (titles[::-1], learned.back))
    return tuple(
        _figure(f"{ends[0]} → {ends[1]} R@{way[place].k}, held-out pairs", way[place])
        for place in reversed(range(len(learned.forth)))
        for ends, way in ways
    )


def report(learned: Learned, titles: tuple[str, str]) -> dict[str, object]:
    """Return what was learned and measured as plain values."""
    return {
        "method": learned.method,
        "estimator": repr(learned.estimator),
        "dim": learned.estimator.dim_,
        "learned_from": learned.learned_from,
        "held_out": learned.held_out,
        "recall": {
            f"{ends[0]} → {ends[1]}": [asdict(one) for one in way]
            for ends, way in ((titles, learned.forth), (titles[::-1], learned.back))
        },
    }


def _figure(task: str, recall: Recall) -> Figure:
    return Figure(
        task=task,
        value=round(recall.value, 1),
        low=round(recall.low, 1),
        high=round(recall.high, 1),
        chance=round(recall.chance, 2),
    )


def _aligner(
    name: str, learned: Learned, view: int, source: Space, space: Space, title: str
) -> ModelCard:
    return ModelCard(
        name=f"{name}-{title}-aligner",
        version=digest(learned.estimator),
        edge=Edge.ALIGNER,
        summary=f"{source.id} into {space.id}, by {learned.estimator!r}.",
        loader="crossmodal.learn.spaces:load_aligner",
        source_space=source,
        space=space,
        tier=Tier.LEARNED,
        licence="Yours",
        files={"weights": WEIGHTS},
        parameters=source.dim * space.dim,
        options={"view": view},
        fidelity=_fidelity(learned, view),
    )


def _encoder(name: str, learned: Learned, side: Encoder, aligner: ModelCard) -> ModelCard:
    return ModelCard(
        name=f"{name}-{side.card.source}",
        version=aligner.version,
        edge=Edge.ENCODER,
        summary=f"{side.card.name}, led on into the space {name} by {learned.method}.",
        loader="crossmodal.learn.edges:load_encoder",
        parts=(side.card.name, aligner.name),
        source=side.card.source,
        space=aligner.space,
        tier=Tier.LEARNED,
        licence=f"That of {side.card.name}, and of your pairs",
        commercial=side.card.commercial,
        parameters=side.card.parameters + aligner.parameters,
        limits=side.card.limits,
        fidelity=aligner.fidelity,
        seconds=side.card.seconds,
    )


def _curves(learned: Learned, sides: Sequence[Encoder], view: int) -> dict[str, Calibration]:
    """Return a side's calibration: against the other, and against itself where that is known."""
    kinds = [_modality(side) for side in sides]
    curves = {pair_name(*kinds): learned.curve}
    own = pair_name(kinds[view], kinds[view])
    known = sides[view].card.calibration.get(own)
    return curves | ({own: learned.curve_alike(view, known)} if known else {})


def _fidelity(learned: Learned, view: int) -> float:
    """Return the share of queries from `view` that found their answer among ten."""
    way = (learned.forth, learned.back)[view]
    return max(round(way[-1].value / 100, 3), LEAST_FIDELITY)


def _space(name: str, estimator: Estimator) -> Space:
    return Space(name, digest(estimator), estimator.dim_)


def digest(estimator: Estimator) -> str:
    """Return eight digits that stand for what was learned: other weights are another space."""
    state = hashlib.blake2b(digest_size=4)
    tensors, _ = estimator.learned()
    for key in sorted(tensors):
        state.update(key.encode())
        state.update(tensors[key].tobytes())
    return state.hexdigest()


def _modality(encoder: Encoder) -> Modality:
    if encoder.card.source is None:
        raise InputError(f"{encoder.card.id} encodes no modality", cure="Use another encoder.")
    return encoder.card.source
