"""Sound → Whisper's tokens: the likeliest one after the other, under the rules of its marks.

The tokens are those that transformers' `generate` writes with one beam: marks of language and task
come first, moments are written in pairs and never run backwards, what a checkpoint suppresses is
never written (Radford et al. 2022, arXiv:2212.04356, section 2.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingModel
from .whisper_graphs import Networks
from .whisper_words import token_times

TICK = 0.02  # seconds from one moment that can be written to the next, and of an encoder's frame
FRAMES = 2  # of features, in a tick

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Marks:
    """The tokens of a checkpoint that are no words.

    Attributes:
        start, end: of a text.
        plain: says that no moments are to be written; the moments 0.00, 0.02 … follow it.
        languages: code → token; empty where the model knows one language only.
        transcribe: says that the words are written down, not translated; None as `languages`.
        never, never_first: tokens that are not written, or not at the beginning.
        latest: the last moment, in ticks, that may come first; None for any.
        most: tokens that are written after the marks that a text begins with.
        room: tokens of a text, these marks included.
        heads: (layer, head) of the attention that follows the words through the sound.
    """

    start: int
    end: int
    plain: int
    languages: Mapping[str, int]
    transcribe: int | None
    never: tuple[int, ...] = ()
    never_first: tuple[int, ...] = ()
    latest: int | None = None
    most: int = 448
    room: int = 448
    heads: tuple[tuple[int, int], ...] = ()

    @property
    def moments(self) -> int:
        """The token of the moment 0.00."""
        return self.plain + 1

    def prompt(self, language: str, *, timed: bool = True) -> list[int]:
        """Return how a text in `language` begins; "" where the model knows one only."""
        told = [self.languages[language]] if self.languages else []
        task = [] if self.transcribe is None else [self.transcribe]
        return [self.start, *told, *task, *([] if timed else [self.plain])]

    @classmethod
    def read(cls, config: Mapping[str, Any], generation: Mapping[str, Any], *, name: str) -> Marks:
        """Return the marks that config.json and generation_config.json of checkpoint `name` say.

        Raises:
            MissingModel: they do not say.
        """
        both = {**config, **{key: value for key, value in generation.items() if value is not None}}
        languages = {key.strip("<|>"): number for key, number in both.get("lang_to_id", {}).items()}
        lacking = [key for key in ("decoder_start_token_id", "no_timestamps_token_id")
                   if both.get(key) is None]  # fmt: skip
        if both.get("is_multilingual", False) and not languages:
            lacking.append("lang_to_id")
        if lacking:
            raise MissingModel(
                f"generation_config.json of {name} does not say {lacking[0]}",
                cure="Choose a newer export of it, or one by: crossmodal models export",
            )
        start, end = both["decoder_start_token_id"], both["eos_token_id"]
        room = int(both.get("max_target_positions", 448))
        return cls(
            start=int(start),
            end=int(end[0] if isinstance(end, list) else end),
            plain=int(both["no_timestamps_token_id"]),
            languages=languages,
            transcribe=both.get("task_to_id", {}).get("transcribe") if languages else None,
            never=tuple(both.get("suppress_tokens") or ()),
            never_first=tuple(both.get("begin_suppress_tokens") or ()),
            latest=both.get("max_initial_timestamp_index"),
            most=int(both.get("max_new_tokens") or both.get("max_length") or room),
            room=room,
            heads=tuple((layer, head) for layer, head in both.get("alignment_heads") or ()),
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens that are said together, with the moments around them.

    Attributes:
        tokens: with the moments.
        offset: seconds from the beginning of the sound to the moment 0.00.
        end: seconds to the end of what is said, as the model writes it.
        times: for each token when it ends, in seconds; None where the export does not say.
    """

    tokens: list[int]
    offset: float
    end: float
    times: NDArray[np.float64] | None = None


def detect_language(networks: Networks, marks: Marks, hidden: Any) -> str:
    """Return the code of the likeliest language of the sound `hidden`; "" of one only."""
    if not marks.languages:
        return ""
    logits = networks.begin(hidden, [marks.start])[0].logits
    return max(marks.languages, key=lambda code: float(logits[marks.languages[code]]))


def write(
    networks: Networks, marks: Marks, hidden: Any, prompt: Sequence[int], *, timed: bool = True
) -> tuple[list[int], list[list[Scores]]]:
    """Return the tokens that follow `prompt`, without the one that ends them.

    Beside them is, for each token that was read after the prompt and each layer, the attention
    (heads, frames); nothing where the export does not say.
    """
    step, memory = networks.begin(hidden, prompt)
    written: list[int] = []
    looks: list[list[Scores]] = []
    while True:
        token = int(ruled(step.logits, written, marks, timed=timed).argmax())
        if token == marks.end:
            return written, looks
        written.append(token)
        if len(written) >= min(marks.most, marks.room - len(prompt)):
            return written, looks
        step = networks.go_on(memory, token)
        looks.append([layer[:, -1] for layer in step.attention])


def ruled(logits: Scores, written: Sequence[int], marks: Marks, *, timed: bool) -> Scores:
    """Return `logits` (V,) with -inf for what may not follow `written`."""
    scores = logits.copy()
    scores[list(marks.never)] = -np.inf
    if not written:
        scores[list(marks.never_first)] = -np.inf
    if timed:
        _in_time(scores, written, marks)
    return scores


def _in_time(scores: Scores, written: Sequence[int], marks: Marks) -> None:
    zero = marks.moments
    scores[marks.plain] = -np.inf
    if not written:
        scores[:zero] = -np.inf
        if marks.latest is not None:
            scores[zero + marks.latest + 1 :] = -np.inf
    after_moment = bool(written) and written[-1] >= zero
    after_pair = after_moment and (len(written) < 2 or written[-2] >= zero)
    if after_pair:
        scores[zero:] = -np.inf
    elif after_moment:
        scores[: marks.end] = -np.inf
    said = [token for token in written if token >= zero]
    if said:  # a moment may be said again only to begin what follows it
        scores[zero : said[-1] + (0 if after_moment and not after_pair else 1)] = -np.inf
    # A moment comes where moments together are likelier than any single word.
    top = scores.max()
    moments = np.exp(scores[zero:] - top).sum()
    if moments > np.exp(scores[:zero].max(initial=-np.inf) - top):
        scores[:zero] = -np.inf


def transcribe(
    networks: Networks, marks: Marks, features: Scores, frames: int, *, language: str = ""
) -> tuple[list[Piece], str]:
    """Return what is said in `features`, (mels, T), and in which language.

    Args:
        frames: of the features that hold sound; silence follows.
        language: a code that `marks` knows; "" to find out.
    """
    hidden = networks.encode(features)
    language = language or detect_language(networks, marks, hidden)
    prompt = marks.prompt(language)
    pieces: list[Piece] = []
    at = 0
    while at < frames:
        if at:
            hidden = networks.encode(_from(features, at))
        tokens, looks = write(networks, marks, hidden, prompt)
        times = None
        if marks.heads and networks.says_where:
            times = token_times(looks, marks.heads, len(tokens), (frames - at) // FRAMES)
        ticks = (features.shape[1] - at) // FRAMES
        for part, last in cut(tokens, marks.moments, ticks):
            offset = at / FRAMES * TICK
            ends = None if times is None else times[part] + offset
            pieces.append(Piece(tokens[part], offset, offset + last * TICK, ends))
        at += FRAMES * max(told(tokens, marks.moments, ticks), 1)
    return pieces, language


def cut(tokens: Sequence[int], zero: int, ticks: int) -> list[tuple[slice, int]]:
    """Return the parts of `tokens` that are said together, each with the tick that it ends at.

    They are cut between two moments. What follows the last two was broken off, unless a moment
    ends it, and belongs to no part.

    Args:
        zero: the token of the moment 0.00.
        ticks: of the whole sound.
    """
    cuts = _cuts(tokens, zero)
    if not cuts:
        moments = [token for token in tokens if token >= zero]
        last = moments[-1] - zero if moments and moments[-1] != zero else ticks
        return [(slice(0, len(tokens)), last)]
    if _is_whole(tokens, zero):
        cuts.append(len(tokens))
    parts = [(begin, end, tokens[end - 1] - zero) for begin, end in pairwise([0, *cuts])]
    begin, end, last = parts.pop()
    end = min(end + 1, len(tokens))  # with the moment that begins what was broken off
    return [*((slice(*part[:2]), part[2]) for part in parts), (slice(begin, end), last)]


def told(tokens: Sequence[int], zero: int, ticks: int) -> int:
    """Return how many ticks `tokens` tell of; the sound is to be heard again from there."""
    cuts = _cuts(tokens, zero)
    return tokens[cuts[-1] - 1] - zero if cuts and not _is_whole(tokens, zero) else ticks


def _cuts(tokens: Sequence[int], zero: int) -> list[int]:
    pairs = enumerate(pairwise(tokens), 1)
    return [place for place, (one, next_) in pairs if one >= zero and next_ >= zero]


def _is_whole(tokens: Sequence[int], zero: int) -> bool:
    """Return whether a single moment ends `tokens`: nothing is said after it."""
    return len(tokens) > 1 and tokens[-1] >= zero > tokens[-2]


def _from(features: Scores, at: int) -> Scores:
    """Return `features` from frame `at`, filled up with nothing."""
    return np.pad(features[:, at:], ((0, 0), (0, min(at, features.shape[1]))))


@dataclass(frozen=True, slots=True)
class Run:
    """The tokens of words between two moments: `start` and `end` in seconds.

    `times` are when each token begins and ends, (N, 2) in seconds; None where not known.
    """

    start: float
    end: float
    tokens: list[int]
    times: NDArray[np.float64] | None


def runs(piece: Piece, marks: Marks) -> Iterator[Run]:
    """Yield the words' tokens of `piece`, run by run."""
    zero, tokens = marks.moments, piece.tokens
    moments = [place for place, token in enumerate(tokens) if token >= zero]
    for begin, end in pairwise([-1, *moments, len(tokens)]):
        words = [place for place in range(begin + 1, end) if tokens[place] < marks.end]
        if not words:
            continue
        times = None
        if piece.times is not None:
            before = np.concatenate(([piece.offset], piece.times[:-1]))
            times = np.stack([before, piece.times], 1)[words]
        yield Run(
            piece.offset + ((tokens[begin] - zero) * TICK if begin >= 0 else 0),
            piece.offset + (tokens[end] - zero) * TICK if end < len(tokens) else piece.end,
            [tokens[place] for place in words],
            times,
        )
