"""What all aligners share: scikit-learn's estimator contract over several views, and saving.

A view is a matrix of features, one row a pair (or triple …). An aligner learns from views whose
rows belong together, and then maps each view into one shared space. It follows scikit-learn's
contract (`get_params`, `set_params`, `clone`, learned names that end in `_`) without needing it.
"""

from __future__ import annotations

import inspect
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError, StoreDamaged
from .views import as_view, check_views

Floats = NDArray[np.float64]

FORMAT = 1
"""Version of the file format; files of a later one are refused."""


class Estimator(ABC):
    """An aligner but for `_fit` and `_map`.

    Attributes:
        dims_: columns of each view that it was fitted on.
        dim_: columns of what `transform` returns.
    """

    most_views: ClassVar[int | None] = 2
    missing_allowed: ClassVar[bool] = False

    dims_: list[int]
    dim_: int

    @abstractmethod
    def _fit(self, views: list[NDArray[Any]]) -> None:
        """Learn from checked `views`."""

    @abstractmethod
    def _map(self, view: Floats, which: int) -> Floats:
        """Return where rows of the view numbered `which` lie in the shared space."""

    def fit(self, views: Sequence[ArrayLike], y: None = None) -> Self:  # noqa: ARG002 (scikit-learn passes it)
        """Learn from `views`: matrices (n, p_i) whose rows belong together.

        Args:
            y: ignored; scikit-learn passes it.

        Raises:
            InputError: the views do not fit each other, or hold what cannot be learned from.
        """
        self._fit(self._checked(views))
        return self

    def transform(self, view: ArrayLike, which: int) -> Floats:
        """Return (n, dim_): where the rows of `view` lie in the shared space.

        Args:
            view: (n, p) of the kind that was passed to `fit` at place `which`.
            which: number of the view, from 0.

        Raises:
            InputError: not fitted yet, no such view, or other columns than it was fitted on.
        """
        self._check_fitted()
        if not 0 <= which < len(self.dims_):
            raise InputError(
                f"View {which} was asked for", cure=f"It has the views 0 to {len(self.dims_) - 1}."
            )
        checked = as_view(view, name=f"view {which}")
        if checked.shape[1] != self.dims_[which]:
            raise InputError(
                f"View {which} has {checked.shape[1]} features, but {type(self).__name__} is "
                f"expecting {self.dims_[which]} features as input",
                cure="Pass features of the same encoder as in fit.",
            )
        return self._map(checked.astype(np.float64, copy=False), which)

    def fit_transform(self, views: Sequence[ArrayLike], y: None = None) -> list[Floats]:  # noqa: ARG002 (scikit-learn passes it)
        """Fit, and return where each view's rows lie in the shared space."""
        self.fit(views)
        return [self.transform(view, which) for which, view in enumerate(views)]

    def score(self, views: Sequence[ArrayLike], y: None = None) -> float:  # noqa: ARG002 (scikit-learn passes it)
        """Return the mean correlation of the shared dimensions, between the first two views."""
        one, other = (self.transform(views[which], which) for which in (0, 1))
        return float(correlations(one, other).mean())

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 (scikit-learn passes it)
        """Return the constructor's arguments by name. `deep` changes nothing here."""
        return {name: getattr(self, name) for name in _parameters(type(self))}

    def set_params(self, **params: Any) -> Self:
        """Set constructor's arguments by name.

        Raises:
            InputError: there is no such argument.
        """
        known = _parameters(type(self))
        for name, value in params.items():
            if name not in known:
                raise InputError(
                    f"Invalid parameter {name!r} for estimator {type(self).__name__}",
                    cure=f"Valid parameters are: {', '.join(known)}.",
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        shown = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if repr(value) != repr(defaults[name].default)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "dims_")

    def save(self, path: str | Path) -> Path:
        """Write it to `path` as safetensors, with its parameters as JSON in the file's header."""
        from safetensors.numpy import save_file

        self._check_fitted()
        tensors, values = self.learned()
        header = {
            "format": FORMAT,
            "estimator": type(self).__name__,
            "params": self.get_params(),
            "values": values,
        }
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, target, metadata={"crossmodal": json.dumps(header)})
        return target

    def learned(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Return what was learned: arrays, and plain values."""
        tensors: dict[str, NDArray[Any]] = {}
        values: dict[str, Any] = {}
        for name, value in vars(self).items():
            if name.startswith("_") or not name.endswith("_"):
                continue
            many = value if isinstance(value, list) else [value]
            if many and all(isinstance(one, np.ndarray) for one in many):
                label = f"{name}." if isinstance(value, list) else name
                for number, one in enumerate(many):
                    key = f"{label}{number}" if isinstance(value, list) else label
                    tensors[key] = np.ascontiguousarray(one)
            else:
                values[name] = value
        return tensors, values

    def _checked(self, views: Sequence[ArrayLike]) -> list[NDArray[Any]]:
        return check_views(views, most=self.most_views, missing=self.missing_allowed)

    def _check_fitted(self) -> None:
        if not hasattr(self, "dims_"):
            raise InputError(
                f"This {type(self).__name__} instance is not fitted yet",
                cure="Call fit with the views first.",
            )


def load(path: str | Path) -> Estimator:
    """Return the aligner that was saved at `path`.

    Raises:
        StoreDamaged: the file is missing, broken or not an aligner of this or an older version.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(Path(path), framework="numpy") as file:
            header = json.loads((file.metadata() or {})["crossmodal"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if header["format"] > FORMAT:
            raise StoreDamaged(f"{path} was written by a newer version", cure="Update crossmodal.")
        found = _family()[header["estimator"]](**header["params"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise StoreDamaged(
            f"{path} is not a saved aligner ({error})", cure="Align again: crossmodal align PAIRS"
        ) from error
    for name, value in header["values"].items():
        setattr(found, name, value)
    for name, value in _grouped(tensors).items():
        setattr(found, name, value)
    return found


def _grouped(tensors: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return arrays by name, those of one list ("means_.0", "means_.1") together."""
    found: dict[str, Any] = {}
    for key in sorted(tensors, key=lambda key: (key.partition(".")[0], _number(key))):
        name, dot, _ = key.partition(".")
        if dot:
            found.setdefault(name, []).append(tensors[key])
        else:
            found[name] = tensors[key]
    return found


def _number(key: str) -> int:
    return int(key.partition(".")[2] or 0)


def _family() -> dict[str, type[Estimator]]:
    """Return every estimator of this room by its name."""
    from . import FAMILY, fetch

    return {name: cast("type[Estimator]", fetch(name)) for name in FAMILY}


def _parameters(kind: type[Estimator]) -> list[str]:
    return sorted(name for name in inspect.signature(kind.__init__).parameters if name != "self")


def correlations(one: Floats, other: Floats) -> Floats:
    """Return (k,): the correlation of each column of `one` with that of `other`; 0 if constant."""
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    lengths = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    products: Floats = (one * other).sum(axis=0)
    result: Floats = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return result
