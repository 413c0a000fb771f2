"""A route: a chain of edges, which is a translator again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ..card import Edge, ModelCard, Tier
from ..contracts import Aligner, BlockTranslator, Decoder, Encoder, Model, Translator
from ..errors import InputError
from ..lane import Lane
from ..media import Audio, Media
from ..modality import AUDIO, Modality
from ..space import Vectors
from .graph import Hop, Node

SOUNDTRACK = "soundtrack"
"""Name of the translator that gives a film's own sound."""

LOST = {
    Edge.ENCODER: "what the space does not hold: exact words, small things, counts",
    Edge.DECODER: "all but the gist",
    Edge.ALIGNER: "what the two spaces do not share",
    Edge.TRANSLATOR: "what the model misses",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What `Route.explain` says of one hop.

    Attributes:
        source, target: modality or space.
        model: name@version.
        lanes: what the hop keeps.
        fidelity: share of what it is given that comes through, as measured.
        seconds: what it took when the route was last walked; before, what its card says.
        lost: what does not come through.
    """

    source: str
    target: str
    model: str
    lanes: tuple[Lane, ...]
    fidelity: float
    seconds: float
    lost: str


class Route:
    """The Translator that walks `hops` one after the other.

    Args:
        hops: at least one, each starting where the one before ends; first and last are modalities.
        load: returns the model of a name.

    Raises:
        InputError: the hops do not form a chain, or no lane is kept by all.
    """

    def __init__(self, hops: Sequence[Hop], *, load: Callable[[str], Model]) -> None:
        check_chain(hops)
        self.hops = tuple(hops)
        self._load = load
        self._seconds: dict[str, float] = {}

    @property
    def source(self) -> Modality:
        return cast(Modality, self.hops[0].source)

    @property
    def target(self) -> Modality:
        return cast(Modality, self.hops[-1].target)

    @property
    def card(self) -> ModelCard:
        """The route as a model: its parts' licences, sizes and seconds together."""
        cards = [hop.card for hop in self.hops]
        first = cards[0]
        fidelity = 1.0
        for card in cards:
            fidelity *= card.fidelity
        return replace(
            first,
            name="+".join(card.name for card in cards),
            edge=Edge.TRANSLATOR,
            summary=" then ".join(card.name for card in cards),
            loader="",
            source=self.source,
            target=self.target,
            lanes=kept(self.hops),
            space=None,
            tier=first.tier if len({card.tier for card in cards}) == 1 else Tier.ENGINE,
            licence="; ".join(dict.fromkeys(card.licence for card in cards if card.licence)),
            commercial=all(card.commercial for card in cards),
            size=sum(card.size for card in cards),
            fidelity=fidelity,
            seconds=sum(card.seconds for card in cards),
        )

    def translate(self, batch: Sequence[Media]) -> list[Media]:
        """Return one medium of `target` for each of `batch`, in order."""
        for medium in batch:
            if medium.modality is not self.source:
                raise InputError(
                    f"The route was given {medium.modality}", cure=f"It starts at {self.source}."
                )
        return self._walk(self.hops, list(batch))

    @property
    def takes_blocks(self) -> bool:
        """Whether `translate_blocks` is possible. Loads the model that would hear them."""
        hop = self._hearing
        return hop is not None and isinstance(self._load(hop.card.name), BlockTranslator)

    def translate_blocks(self, blocks: Iterable[Audio]) -> Media:
        """Return one medium of `target` for one sound of any length, in consecutive `blocks`.

        Only one block is in memory at a time. Of a route that starts at film, they are those of
        its soundtrack.

        Raises:
            InputError: the model that hears takes whole sounds only; see `takes_blocks`.
        """
        hop = self._hearing
        model = None if hop is None else self._load(hop.card.name)
        if hop is None or not isinstance(model, BlockTranslator):
            raise InputError(f"{self} takes no blocks", cure="Pass it whole media: translate.")
        start = time.perf_counter()
        text = model.transcript(blocks)
        self._seconds[hop.card.id] = time.perf_counter() - start
        return self._walk(self.hops[self.hops.index(hop) + 1 :], [text])[0]

    @property
    def _hearing(self) -> Hop | None:
        """The hop that takes sound, if that is the first, or the first after the soundtrack."""
        hops = self.hops[1:] if self.hops[0].card.name == SOUNDTRACK else self.hops
        return hops[0] if hops and hops[0].source is AUDIO else None

    def _walk(self, hops: Sequence[Hop], values: list[Media] | Vectors) -> list[Media]:
        for hop in hops:
            start = time.perf_counter()
            values = _step(self._load(hop.card.name), hop.card.edge, values)
            self._seconds[hop.card.id] = time.perf_counter() - start
        return cast("list[Media]", values)

    def explain(self) -> tuple[Step, ...]:
        """Return each hop with its model, what it keeps, costs and loses."""
        return tuple(
            Step(
                source=node_name(hop.source),
                target=node_name(hop.target),
                model=hop.card.id,
                lanes=hop.card.lanes,
                fidelity=hop.card.fidelity,
                seconds=self._seconds.get(hop.card.id, hop.card.seconds),
                lost=hop.card.loses or LOST[hop.card.edge],
            )
            for hop in self.hops
        )

    def __str__(self) -> str:
        ends = [node_name(self.hops[0].source)]
        for hop in self.hops:
            ends += [f"─{hop.card.name}→", node_name(hop.target)]
        return " ".join(ends)


def check_chain(hops: Sequence[Hop]) -> None:
    """Raise InputError unless `hops` lead from a modality to a modality and keep one lane."""
    if not hops:
        raise InputError("A route has no hops", cure="Give at least one.")
    for before, after in itertools.pairwise(hops):
        if before.target != after.source:
            raise InputError(
                f"{before.card.id} leads to {node_name(before.target)}, and {after.card.id} "
                f"starts at {node_name(after.source)}",
                cure="Put an edge between them.",
            )
    for end in (hops[0].source, hops[-1].target):
        if not isinstance(end, Modality):
            raise InputError(f"A route ends at {end}", cure="It must join two modalities.")
    if not kept(hops):
        raise InputError("No lane is kept by every hop", cure="Choose other models.")


def kept(hops: Sequence[Hop]) -> tuple[Lane, ...]:
    """Return the lanes that every hop keeps."""
    return tuple(lane for lane in Lane if all(lane in hop.card.lanes for hop in hops))


def node_name(node: Node) -> str:
    """Return "image", or "[pocket@1]" for a space."""
    return str(node) if isinstance(node, Modality) else f"[{node.id}]"


def _step(model: Model, edge: Edge, values: list[Media] | Vectors) -> list[Media] | Vectors:
    """Return what `model` makes of `values`."""
    if edge is Edge.ALIGNER:
        return cast(Aligner, model).transform(cast(Vectors, values))
    if edge is Edge.DECODER:
        return cast(Decoder, model).decode(cast(Vectors, values))
    if edge is Edge.ENCODER:
        return cast(Encoder, model).encode(cast("list[Media]", values))
    return cast(Translator, model).translate(cast("list[Media]", values))
