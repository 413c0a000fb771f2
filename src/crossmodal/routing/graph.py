"""The graph of modalities and spaces, and the best way through it.

Nodes are modalities and spaces; edges are models, known by their cards alone, so that nothing is
loaded to find a way. The best route loses least: an edge of fidelity f costs -log f, so that the
cost of a route is that of its product, and Dijkstra (1959) finds the cheapest. Among equally
faithful routes the quicker wins.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from ..card import Edge, ModelCard
from ..lane import Lane
from ..modality import Modality
from ..space import Space

Node: TypeAlias = Modality | Space

SECOND = 1e-3
"""What one second counts against fidelity: as much as losing a thousandth of the meaning."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One edge: the model that `card` describes leads from `source` to `target`."""

    card: ModelCard
    source: Node
    target: Node

    @property
    def cost(self) -> float:
        """What this hop adds to a route: 0 for one that loses nothing and takes no time."""
        return -math.log(self.card.fidelity) + SECOND * self.card.seconds


def hops(cards: Iterable[ModelCard]) -> list[Hop]:
    """Return the edge of every card that is one; a card without both ends is none.

    An aligner that was learned from vectors of one modality alone, in a space of several, is the
    second half of an encoder and no edge of its own.
    """
    found = []
    for card in cards:
        ends: dict[Edge, tuple[Node | None, Node | None]] = {
            Edge.ENCODER: (card.source, card.space),
            Edge.DECODER: (card.space, card.target),
            Edge.TRANSLATOR: (card.source, card.target),
            Edge.ALIGNER: (None if card.source else card.source_space, card.space),
        }
        source, target = ends.get(card.edge, (None, None))
        if source is not None and target is not None:
            found.append(Hop(card, source, target))
    return found


def cheapest(
    edges: Sequence[Hop], source: Node, target: Node, *, keep: Lane
) -> tuple[Hop, ...] | None:
    """Return the hops from `source` to `target` that keep `keep` and lose least; None if none do.

    The empty way from a node to itself is not taken: the answer has at least one hop.
    """
    order = count()  # breaks ties by the order of discovery, never by comparing cards
    queue: list[tuple[float, int, Node, tuple[Hop, ...]]] = [(0.0, next(order), source, ())]
    done: set[Node] = set()
    while queue:
        cost, _, node, path = heapq.heappop(queue)
        if node == target and path:
            return path
        if node in done and path:
            continue
        done |= {node} if path else set()
        for hop in edges:
            fresh = hop.target not in done and hop.card not in [step.card for step in path]
            if hop.source == node and keep in hop.card.lanes and fresh:
                heapq.heappush(queue, (cost + hop.cost, next(order), hop.target, (*path, hop)))
    return None


def reachable(edges: Sequence[Hop], source: Node, *, keep: Lane) -> set[Modality]:
    """Return the modalities that some route from `source` leads to."""
    return {modality for modality in Modality if cheapest(edges, source, modality, keep=keep)}
