"""The router: which route leads from one modality to another."""

from __future__ import annotations

from ..card import ModelCard
from ..errors import NoRoute
from ..lane import Lane
from ..modality import AUDIO, TEXT, Modality
from ..registry import Registry
from .graph import cheapest, hops, reachable
from .route import Route

SPOKEN = {(AUDIO, TEXT), (TEXT, AUDIO)}


def usual_lane(source: Modality, target: Modality) -> Lane:
    """Return what is kept where a request does not say: words between sound and text."""
    return Lane.WORDS if (source, target) in SPOKEN else Lane.MEANING


class Router:
    """Finds routes over the models of a registry.

    Args:
        registry: the models; those that cannot run here are passed over.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def route(
        self,
        source: Modality,
        target: Modality,
        *,
        keep: Lane | None = None,
        prefer: Lane | None = None,
    ) -> Route:
        """Return the route from `source` to `target` that loses least.

        Args:
            keep: the lane to keep; None for `prefer`, and where that leads nowhere, the other.
            prefer: the lane to try first; None for the usual one.

        Raises:
            NoRoute: there is none; the message lists what can be reached and what to install.
        """
        cards = list(self._registry)
        edges = hops(card for card in cards if self._registry.usable(card))
        first = prefer or usual_lane(source, target)
        lanes = [keep] if keep else sorted(Lane, key=lambda lane: lane is not first)
        for lane in lanes:
            path = cheapest(edges, source, target, keep=lane)
            if path is not None:
                return Route(path, load=self._registry.load)
        raise self._no_route(cards, source, target, lanes)

    def _no_route(
        self, cards: list[ModelCard], source: Modality, target: Modality, lanes: list[Lane]
    ) -> NoRoute:
        edges = hops(card for card in cards if self._registry.usable(card))
        near = sorted(set().union(*(reachable(edges, source, keep=lane) for lane in lanes)))
        all_edges = hops(cards)
        lacking = [
            hop.card
            for lane in lanes
            for hop in cheapest(all_edges, source, target, keep=lane) or ()
            if not self._registry.usable(hop.card)
        ]
        cure = f"From {source} these are reached: {', '.join(near) or 'none'}."
        extras = sorted({card.extra for card in lacking if not self._registry.installed(card)})
        if any(extras):
            cure += f" For {target} run: pip install 'crossmodal[{','.join(filter(None, extras))}]'"
        pulls = {card.checkpoint: card.size for card in lacking if card.checkpoint}
        for name, size in pulls.items():
            cure += f" For {target} run: crossmodal models pull {name} ({size / 1e9:.1f} GB)"
        words = " or ".join(lanes)
        return NoRoute(f"No route leads from {source} to {target} that keeps {words}", cure=cure)
