"""Tasks: from a table and models to figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from typing import Protocol as Contract

import numpy as np
from numpy.typing import NDArray

from ..calibration import pair_name
from ..card import Figure
from ..codecs.limits import DEFAULT, Limits
from ..codecs.table import Table
from ..contracts import Encoder, Translator
from ..errors import InputError
from ..lane import Lane
from ..learn.few_shot import PLAIN, Knowledge
from ..learn.zero_shot import TEMPLATES, class_vectors
from ..media import Image, Media, Text
from ..modality import AUDIO, IMAGE, TEXT, Modality
from ..space import Vectors
from . import captioning, few_shot, questions, recognition, retrieval, spaces, zero_shot
from .corrections import Views
from .pairs import MEDIA, TEXTS, Pairs, Progress, encode, encode_texts, media, pairs, silent
from .protocols import Protocol, Task
from .report import Draws

LABELS = ("label", "name", "class")
Found: TypeAlias = tuple[list[Figure], list[str]]
"""Figures, and notes on them."""


class Models(Contract):
    """What the tasks ask for; the workbench gives the models that the user chose."""

    def encoder(self, modality: Modality) -> Encoder: ...

    def translator(self, source: Modality, target: Modality, lane: Lane) -> Translator: ...

    def ask(self, pictures: Sequence[Image], asked: Sequence[str]) -> list[Text]: ...


@dataclass(frozen=True, slots=True)
class Job:
    """One evaluation: the rows, the models, and how to measure.

    Attributes:
        table: the rows that are measured.
        learn: rows that may be learned from; None where there are none.
        models: those that the user chose.
        protocol: the rules.
        columns: names of columns by role ("media", "text", "label", "question", "answers",
            "predicted"), where they are not the usual ones.
        draws: how bootstrap samples are drawn.
        limits: of what may be decoded.
        progress: makes, for a name, what is told how many of how many are done.
    """

    table: Table
    models: Models
    protocol: Protocol
    learn: Table | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    draws: Draws = field(default_factory=Draws)
    limits: Limits = DEFAULT
    progress: Callable[[str], Progress] = lambda _: silent

    def told(self, progress: Callable[[str], Progress]) -> Job:
        """Return the same job, which says how far it is."""
        return replace(self, progress=progress)

    def column(self, role: str, *usual: str, table: Table | None = None) -> Sequence[Any]:
        """Return the column that plays `role`."""
        chosen = self.columns.get(role) or self.protocol.columns.get(role, "")
        return (table or self.table).column(*([chosen] if chosen else usual))

    def media(self, cells: Sequence[Any], *, table: Table | None = None) -> Sequence[Media]:
        """Return the media of `cells`, all in memory."""
        told = self.progress("reading")
        return list(media(table or self.table, cells, limits=self.limits, progress=told))

    def vectors(
        self, cells: Sequence[Any], *, table: Table | None = None
    ) -> tuple[Modality, Encoder, NDArray[np.float32]]:
        """Return the modality of `cells`, its encoder, and their unit vectors (N, D)."""
        source = table or self.table
        modality = source.medium(cells[0], limits=self.limits).modality
        encoder = self.models.encoder(modality)
        told = self.progress(f"encoding {modality}")
        found = encode(encoder, media(source, cells, limits=self.limits, progress=told))
        return modality, encoder, found.values

    def pairs(self, table: Table | None = None) -> Pairs:
        """Return the media and texts of a table."""
        names = {role: self.columns.get(role, "") for role in ("media", "text")}
        return pairs(table or self.table, media=names["media"], texts=names["text"])

    def views(self, table: Table | None = None) -> tuple[Modality, Encoder, Views]:
        """Return both views of a table's pairs."""
        found = self.pairs(table)
        modality, encoder, values = self.vectors(found.cells, table=table)
        words = self.models.encoder(TEXT)
        encoder.space.check(words.space)
        texts = encode_texts(words, found.texts, progress=self.progress("encoding text"))
        return modality, encoder, Views(values, texts.values, found.owners)

    def predicted(self) -> list[str] | None:
        """Return what a model said, where a column of the data holds it."""
        if "predicted" not in self.columns:
            return None
        return [str(cell or "") for cell in self.table.column(self.columns["predicted"])]


def measure_retrieval(job: Job) -> Found:
    """Words find media, media find words."""
    modality, _, views = job.views()
    return retrieval.measure(views, modality=modality, draws=job.draws), []


def measure_spaces(job: Job) -> Found:
    """How the two modalities lie in their space, and whether a correction helps."""
    modality, _, views = job.views()
    figures = spaces.measure(views, modality=modality, draws=job.draws)
    if job.learn is not None:
        held_out = job.views(job.learn)[2]
    else:
        held_out, views = views.split(seed=job.draws.seed)
    gains, notes = spaces.corrected(views, held_out, modality=modality, draws=job.draws)
    return figures + gains, notes


def measure_zero_shot(job: Job) -> Found:
    """Classes known by their words alone."""
    rows = labelled(job, job.table)
    names = sorted(set(rows.words))
    modality, encoder, values = job.vectors(rows.cells)
    vectors = class_vectors(names, job.models.encoder(TEXT), TEMPLATES[modality])
    encoder.space.check(vectors.space)
    scores, numbers = values @ vectors.values.T, rows.numbers(names)
    found = zero_shot.measure(scores, numbers, encoder.card, draws=job.draws)
    return found, [f"{len(names)} classes"]


def measure_few_shot(job: Job) -> Found:
    """Classes known by 1 to 16 examples, beside their words alone."""
    rows = labelled(job, job.table)
    names = sorted(set(rows.words))
    modality, encoder, values = job.vectors(rows.cells)
    tests = few_shot.Labelled(Vectors(encoder.space, values), rows.numbers(names))
    if job.learn is None:
        examples, tests = few_shot.halves(tests, seed=job.draws.seed)
    else:
        some = labelled(job, job.learn).pool(names, few_shot.POOL, seed=job.draws.seed)
        found = job.vectors(some.cells, table=job.learn)[2]
        examples = few_shot.Labelled(Vectors(encoder.space, found), some.numbers(names))
    curves = encoder.card.calibration
    known = Knowledge(media_curve=curves.get(pair_name(modality, modality), PLAIN))
    words, curve = job.models.encoder(TEXT), curves.get(pair_name(modality, TEXT))
    if words.space == encoder.space and curve is not None:
        known = replace(
            known, words=class_vectors(names, words, TEMPLATES[modality]), word_curve=curve
        )
    figures = few_shot.measure(
        tests, examples, names, known, draws=job.draws, progress=job.progress("learning")
    )
    note = f"{len(names)} classes, mean of {few_shot.SEEDS} draws of examples"
    return figures, [note]


@dataclass(frozen=True, slots=True)
class Rows:
    """Cells of media, and the class of each in words."""

    cells: Sequence[Any]
    words: Sequence[str]

    def numbers(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return the place of each row's class (N,) among `names`."""
        place = {name: number for number, name in enumerate(names)}
        return np.array([place[word] for word in self.words])

    def pool(self, names: Sequence[str], most: int, *, seed: int) -> Rows:
        """Return at most `most` random rows of each of `names`."""
        order = np.random.default_rng(seed).permutation(len(self.words))
        seen: Counter[str] = Counter()
        kept = []
        for row in order.tolist():
            word = self.words[row]
            seen[word] += 1
            if word in names and seen[word] <= most:
                kept.append(row)
        return Rows([self.cells[row] for row in kept], [self.words[row] for row in kept])


def labelled(job: Job, table: Table) -> Rows:
    """Return the rows of `table` that have a class.

    Of a label with commas (synonyms) the first counts; underscores are blanks. Of a list of
    keywords the one counts that is among the protocol's classes.

    Raises:
        InputError: there are fewer than two classes.
    """
    cells, words = [], []
    labels = job.column("label", *LABELS, table=table)
    for cell, label in zip(job.column("media", *MEDIA, table=table), labels, strict=True):
        if isinstance(label, list):
            found = [word for word in label if word in job.protocol.among]
            if len(found) != 1:
                continue
            label = found[0]
        word = job.protocol.classes.get(str(label), str(label))
        cells.append(cell)
        words.append(word.split(",")[0].replace("_", " ").strip())
    if len(set(words)) < 2:
        raise InputError(
            f"There is one class: {', '.join(set(words)) or 'none at all'}",
            cure="Give rows of two at least.",
        )
    return Rows(cells, words)


def measure_recognition(job: Job) -> Found:
    """Speech into words; pictures of writing too."""
    references = [str(cell) for cell in job.column("text", *TEXTS)]
    said = job.predicted() or translated(job, Lane.WORDS)
    return recognition.measure(said, references, draws=job.draws), []


def measure_captioning(job: Job) -> Found:
    """Sentences about media, beside those of people."""
    found = job.pairs()
    people = [[found.texts[row] for row in np.flatnonzero(found.owners == n).tolist()]
              for n in range(len(found.cells))]  # fmt: skip
    said = job.predicted() or translated(job, Lane.MEANING, cells=found.cells)
    figures = captioning.measure(said, people, draws=job.draws)
    if "predicted" in job.columns and "media" not in job.columns:
        return figures, []
    _, encoder, values = job.vectors(found.cells)
    words = job.models.encoder(TEXT)
    told = job.progress("encoding text")
    texts = encode_texts(words, [line or "nothing" for line in said], progress=told)
    encoder.space.check(texts.space)
    return figures + captioning.found_again(values, texts.values, draws=job.draws), []


def translated(job: Job, lane: Lane, *, cells: Sequence[Any] = ()) -> list[str]:
    """Return what the chosen model makes of each medium in words."""
    chosen = cells or job.column("media", *MEDIA)
    told, said = job.progress("translating"), []
    translator: Translator | None = None
    for done, medium in enumerate(media(job.table, chosen, limits=job.limits), start=1):
        if translator is None:
            translator = job.models.translator(medium.modality, TEXT, lane)
        said.append(str(translator.translate([medium])[0]))
        told(done, len(chosen))
    return said


def measure_questions(job: Job) -> Found:
    """Answers about pictures, beside those of people."""
    people = [
        [str(one) for one in (cell if isinstance(cell, list) else [cell])]
        for cell in job.column("answers", "answers", "answer")
    ]
    answers = job.predicted()
    if answers is None:
        asked = [str(cell) for cell in job.column("question", "question")]
        pictures = job.media(job.column("media", *MEDIA))
        checked = [picture for picture in pictures if isinstance(picture, Image)]
        if len(checked) < len(pictures):
            raise InputError("A question is not about a picture", cure=f"Give {IMAGE}s.")
        answers = [str(text) for text in job.models.ask(checked, asked)]
    return questions.measure(answers, people, draws=job.draws), []


def measure_round_trip(job: Job) -> Found:
    """Words said aloud and written down again."""
    texts = [Text(str(cell)) for cell in job.column("text", "text", *TEXTS)]
    there = job.models.translator(TEXT, AUDIO, Lane.WORDS)
    back = job.models.translator(AUDIO, TEXT, Lane.WORDS)
    told, heard = job.progress("speaking and listening"), []
    for done, text in enumerate(texts, start=1):
        heard.append(str(back.translate(there.translate([text]))[0]))
        told(done, len(texts))
    references = [text.content for text in texts]
    return recognition.measure(heard, references, draws=job.draws), []


TASKS: Mapping[Task, Callable[[Job], Found]] = {
    Task.RETRIEVAL: measure_retrieval,
    Task.ZERO_SHOT: measure_zero_shot,
    Task.FEW_SHOT: measure_few_shot,
    Task.RECOGNITION: measure_recognition,
    Task.CAPTIONING: measure_captioning,
    Task.QUESTIONS: measure_questions,
    Task.SPACES: measure_spaces,
    Task.ROUND_TRIP: measure_round_trip,
}
