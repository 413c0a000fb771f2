"""Routes: chains of edges from one modality to another."""

from .graph import Hop
from .route import Route
from .router import Router

__all__ = ["Hop", "Route", "Router"]
