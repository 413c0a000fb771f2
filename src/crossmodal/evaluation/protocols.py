"""Protocols: the rules by which a task is measured on data that others measure on too.

A protocol is a row of frozen data. It is taken where it is named, or where the data's file has
its name; for other data the columns say all that is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum

from ..card import Figure
from ..errors import InputError, UnknownName

OWN = "own"
"""The name that asks for no protocol."""


class Task(StrEnum):
    """What can be measured."""

    RETRIEVAL = "retrieval"
    ZERO_SHOT = "zero-shot"
    FEW_SHOT = "few-shot"
    RECOGNITION = "recognition"
    CAPTIONING = "captioning"
    QUESTIONS = "questions"
    SPACES = "spaces"
    ROUND_TRIP = "round-trip"


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a task is measured on one set of data.

    Attributes:
        name: what reports call it.
        task: what is measured.
        file: the name of the data's file, without its ending.
        where: which rows are measured: by column, the value they must have.
        learn: which rows may be learned from (examples, corrections).
        rows: how many rows are measured; 0 where any number may be.
        classes: words for the labels, where the data has other ones.
        among: the classes, where a label is a list of keywords; rows with one of them count.
        columns: names of columns by role, where they are not the usual ones.
        note: what must be known to read the figures.
        published: figures by name, each with its source.
    """

    name: str
    task: Task
    file: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    learn: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    classes: Mapping[str, str] = field(default_factory=dict)
    among: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    published: Mapping[str, str] = field(default_factory=dict)

    def beside(self, figures: list[Figure]) -> tuple[Figure, ...]:
        """Return `figures`, each with what was published for it."""
        return tuple(
            replace(figure, reference=self.published.get(figure.task, figure.reference))
            for figure in figures
        )


_TEST, _DEV, _TRAIN = {"split": "test"}, {"split": "dev"}, {"split": "train"}
_KARPATHY = "Karpathy and Fei-Fei 2015, DVSA"
_XU = "Xu et al. 2015, hard attention"
_SEEN = "pocket-image learned from the training part of this set and its classes' names"
_HEARD = "pocket-sound learned from folds 1 to 4 of this set and its classes' names"
_SPOKE = "pocket-sound learned from the training part of this set that it is speech, and no digit"
_PICZAK = "73 random forest, 96 people (Piczak 2015, ESC-10, five folds, supervised)"
_DIGITS = dict(enumerate("zero one two three four five six seven eight nine".split()))  # noqa: SIM905
_SPOKEN = {str(number): word for number, word in _DIGITS.items()}

PROTOCOLS = (
    Protocol(
        "flickr8k-retrieval",
        Task.RETRIEVAL,
        "flickr8k",
        where=_TEST,
        rows=1000,
        published={
            "text → image R@1": f"11.8 ({_KARPATHY})",
            "text → image R@5": f"32.1 ({_KARPATHY})",
            "text → image R@10": f"44.7 ({_KARPATHY})",
            "text → image median rank": f"12.4 ({_KARPATHY})",
            "image → text R@1": f"16.5 ({_KARPATHY})",
            "image → text R@5": f"40.6 ({_KARPATHY})",
            "image → text R@10": f"54.2 ({_KARPATHY})",
            "image → text median rank": f"7.6 ({_KARPATHY})",
        },
    ),
    Protocol("flickr8k-spaces", Task.SPACES, "flickr8k", where=_TEST, learn=_DEV, rows=1000),
    Protocol(
        "flickr8k-captioning",
        Task.CAPTIONING,
        "flickr8k",
        where=_TEST,
        rows=1000,
        published={
            "BLEU-1": f"67 ({_XU})",
            "BLEU-2": f"45.7 ({_XU})",
            "BLEU-3": f"31.4 ({_XU})",
            "BLEU-4": f"21.3 ({_XU})",
        },
    ),
    Protocol(
        "tiny-imagenet-zero-shot",
        Task.ZERO_SHOT,
        "tiny_imagenet",
        where=_TEST,
        rows=5050,
        note=_SEEN,
    ),
    Protocol("clothing-zero-shot", Task.ZERO_SHOT, "clothing", where=_TEST, rows=372, note=_SEEN),
    Protocol(
        "esc10-zero-shot",
        Task.ZERO_SHOT,
        "esc10",
        where={"fold": "5"},
        rows=80,
        published={"top-1": _PICZAK},
        note=_HEARD,
    ),
    Protocol(
        "spoken-digits-zero-shot",
        Task.ZERO_SHOT,
        "spoken_digits",
        where=_TEST,
        classes=_SPOKEN,
        note=_SPOKE,
    ),
    Protocol(
        "tiny-imagenet-few-shot",
        Task.FEW_SHOT,
        "tiny_imagenet",
        where=_TEST,
        learn=_TRAIN,
        rows=5050,
        note=_SEEN,
    ),
    Protocol(
        "clothing-few-shot",
        Task.FEW_SHOT,
        "clothing",
        where=_TEST,
        learn=_TRAIN,
        rows=372,
        note=_SEEN,
    ),
    Protocol(
        "esc10-few-shot",
        Task.FEW_SHOT,
        "esc10",
        where={"fold": "5"},
        learn={"fold": "1,2,3,4"},
        rows=80,
        published={"zero-shot: top-1": _PICZAK},
        note=_HEARD,
    ),
    Protocol(
        "spoken-digits-few-shot",
        Task.FEW_SHOT,
        "spoken_digits",
        where=_TEST,
        learn=_TRAIN,
        classes=_SPOKEN,
        note=_SPOKE,
    ),
    Protocol(
        "emoji-few-shot",
        Task.FEW_SHOT,
        "emoji",
        rows=3530,
        among=("hand", "face", "sport", "animal", "food", "heart", "family", "clock", "tool"),
        columns={"label": "keywords"},
        note="pocket-image learned from these emoji and their names: no test of what is new to it",
    ),
    Protocol("ljspeech-recognition", Task.RECOGNITION, "ljspeech", rows=141),
)


def named(name: str, task: Task) -> Protocol:
    """Return the protocol called `name`.

    Raises:
        UnknownName: there is none for `task`; the message names the nearest.
    """
    known = {protocol.name: protocol for protocol in PROTOCOLS if protocol.task is task}
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"For {task}: {', '.join(known) or 'none'}."
    raise UnknownName(f"There is no protocol {name!r} for {task}", cure=hint)


def parse(task: str) -> Task:
    """Return the task called `task`.

    Raises:
        UnknownName: there is none.
    """
    try:
        return Task(task)
    except ValueError:
        raise UnknownName(
            f"There is no task {task!r}", cure=f"Use one of: {', '.join(Task)}."
        ) from None


def chosen(
    name: str, task: Task, *, file: str, own_rows: bool = False, limit: int | None = None
) -> Protocol:
    """Return the protocol that is called `name`, or where that is "" the one for `file`.

    Args:
        name: "own" for none.
        file: the name of the data's file, without its ending.
        own_rows: whether the caller says which rows; then nothing published is comparable.
        limit: how many rows are used at most; the same then.

    Raises:
        UnknownName: there is none of that name.
    """
    own = Protocol("own data", task)
    if name and name != OWN:
        protocol = named(name, task)
    else:
        fitting = (p for p in PROTOCOLS if p.task is task and p.file == file)
        protocol = own if name == OWN else next(fitting, own)
    if own_rows:
        return replace(
            own, classes=protocol.classes, among=protocol.among, columns=protocol.columns
        )
    if limit is None:
        return protocol
    return replace(protocol, name=f"{protocol.name}, {limit} rows", rows=0, published={})


def check(protocol: Protocol, rows: int) -> None:
    """Raise InputError unless the protocol's number of rows is there."""
    if protocol.rows and rows != protocol.rows:
        raise InputError(
            f"The protocol {protocol.name} is over {protocol.rows:,} rows, not {rows:,}",
            cure="Give the data that it speaks of, or --protocol own to measure without it.",
        )
