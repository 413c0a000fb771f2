"""Evaluating: how good models are on data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..card import Edge, ModelCard
from ..codecs import Limits, table
from ..contracts import Encoder, Model, Translator
from ..errors import InputError
from ..lane import Lane
from ..media import Image, Text
from ..modality import Modality
from ..routing import Route
from ..routing.graph import hops
from .asking import Asking
from .translating import Translating

if TYPE_CHECKING:
    from ..evaluation import Report
    from ..evaluation.pairs import Progress
    from ..evaluation.protocols import Task
    from ..evaluation.tasks import Job


class Evaluating(Asking, Translating):
    """The verb that measures."""

    def evaluate(
        self,
        task: str,
        data: str | Path,
        *,
        models: Sequence[str] = (),
        protocol: str = "",
        where: Mapping[str, str] | None = None,
        learn: Mapping[str, str] | None = None,
        columns: Mapping[str, str] | None = None,
        limit: int | None = None,
        seed: int = 0,
        resamples: int = 1000,
        progress: Callable[[str], Progress] | None = None,
    ) -> Report:
        """Measure models at a task on data: each figure with its interval, chance and reference.

        Args:
            task: one of `evaluation.protocols.Task`, such as "retrieval".
            data: a Parquet, CSV or JSON Lines file; see docs/evaluating.md for its columns.
            models: names of the models to measure; () for those of the settings.
            protocol: name of the rules; "" for those of the file's name, "own" for none.
            where: only rows with these values, by column; None for those of the protocol.
            learn: rows that may be learned from; None for those of the protocol.
            columns: names of columns by role, where they are not the usual ones.
            limit: the first so many rows only.
            seed, resamples: of the bootstrap.
            progress: makes, for a name, what is told how many of how many are done.

        Raises:
            UnknownName: no task, model or protocol of that name.
            InputError: the data cannot be used.
        """
        from ..evaluation import Draws, protocols, tasks

        kind = protocols.parse(task)
        path = Path(data).expanduser()
        rules = protocols.chosen(
            protocol, kind, file=path.stem, own_rows=where is not None, limit=limit
        )
        rows = table.read(path, where=rules.where if where is None else where, limit=limit)
        protocols.check(rules, len(rows))
        known = rules.learn if learn is None else learn
        chosen = Chosen(self, models)
        job = tasks.Job(
            rows,
            chosen,
            rules,
            learn=table.read(path, where=known) if known else None,
            columns=columns or {},
            draws=Draws(seed, resamples),
            limits=Limits.of(self.settings),
        )
        return _report(kind, job if progress is None else job.told(progress), chosen.used)


def _report(kind: Task, job: Job, used: Sequence[ModelCard]) -> Report:
    """Do `job`, and return what was found with all that it takes to find it again."""
    from ..evaluation import tasks
    from ..evaluation.report import Report

    figures, notes = tasks.TASKS[kind](job)
    rules = job.protocol
    return Report(
        task=kind,
        protocol=rules.name,
        models={card.id: dict(card.sha256) for card in used},
        data=job.table.path.name,
        sha256=job.table.sha256,
        rows=len(job.table),
        seed=job.draws.seed,
        resamples=job.draws.resamples,
        figures=rules.beside(figures),
        notes=(*notes, *([rules.note] if rules.note else [])),
    )


class Chosen:
    """The models that an evaluation uses: those that were named, else those of the settings.

    Raises:
        UnknownName: there is no model of one of the names.
    """

    def __init__(self, bench: Evaluating, names: Sequence[str]) -> None:
        self._bench = bench
        self._named = [bench.registry.card(name) for name in names]
        self.used: list[ModelCard] = []

    def encoder(self, modality: Modality) -> Encoder:
        """Return the named encoder of `modality`, else that of the settings."""
        for card in self._named:
            if card.edge is Edge.ENCODER and card.source is modality:
                return cast(Encoder, self._use(self._bench.registry.encoder(card.name)))
        return cast(Encoder, self._use(self._bench.encoder(modality)))

    def translator(self, source: Modality, target: Modality, lane: Lane) -> Translator:
        """Return the named translator between the two, else the best route."""
        for card in self._named:
            ends = (card.source, card.target)
            if card.edge is Edge.TRANSLATOR and ends == (source, target):
                return cast(Translator, self._use(self._bench.registry.translator(card.name)))
            if card.edge is Edge.DECODER and card.target is target:
                return self._through(card, self.encoder(source))
        route = self._bench.route(source, target, keep=lane)
        for hop in route.hops:
            self._use(self._bench.registry.load(hop.card.name))
        return route

    def ask(self, pictures: Sequence[Image], asked: Sequence[str]) -> list[Text]:
        """Return the answer to each question about its picture; never "I don't know"."""
        from ..translators.question_answering import AnsweringOptions, QuestionAnswerer

        named = [card for card in self._named if card.edge is Edge.TRANSLATOR]
        load = self._bench.registry.translator
        model = load(named[0].name) if named else self._bench.answerer()
        if not isinstance(model, QuestionAnswerer):
            raise InputError(
                f"{model.card.id} takes no questions", cure="See: crossmodal models list"
            )
        self._use(model)
        return model.answer(pictures, asked, options=AnsweringOptions(min_confidence=0))

    def _through(self, card: ModelCard, encoder: Encoder) -> Translator:
        self._use(self._bench.registry.load(card.name))
        return Route(hops([encoder.card, card]), load=self._bench.registry.load)

    def _use(self, model: Model) -> Model:
        if model.card not in self.used:
            self.used.append(model.card)
        return model
