"""A transcript → subtitles that can be read.

The limits are those of broadcasters: the Netflix Timed Text Style Guide asks for 42 characters a
line, 2 lines, 5/6 to 7 seconds and 2 frames between cues (General Requirements and English guide;
partnerhelp.netflixstudios.com), and allows 17 to 20 characters a second by audience; we take the
calmer figure, near the 160 to 180 words a minute of the BBC Subtitle Guidelines (bbc.co.uk).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import InputError
from ..media import Segment, Text
from .line_breaks import broken, clings, ends_clause, ends_sentence, fits

_FLASH = 0.1  # seconds that a cue is shown at least, whatever crowds it
_PAUSE = 0.7  # seconds without a word that should part two cues
_SLACK = 0.0015  # seconds: times are rounded to milliseconds


@dataclass(frozen=True, slots=True)
class CueRules:
    """What subtitles must obey.

    Attributes:
        line_length: characters a line, at most.
        lines: lines a cue, at most.
        speed: characters a second, at most; spaces count.
        shortest, longest: seconds that a cue is shown.
        gap: seconds between two cues, at least: 2 frames of 24 a second.
    """

    line_length: int = 42
    lines: int = 2
    speed: float = 17.0
    shortest: float = 5 / 6
    longest: float = 7.0
    gap: float = 2 / 24

    def __post_init__(self) -> None:
        for name, low, high in (
            ("line_length", 8, 200),
            ("lines", 1, 4),
            ("speed", 1, 100),
            ("shortest", _FLASH, 10),
            ("longest", 0.5, 60),
            ("gap", 0, 2),
        ):
            if not low <= getattr(self, name) <= high:
                raise InputError(
                    f"{name} is {getattr(self, name)}", cure=f"Use {low:g} to {high:g}."
                )
        if self.longest < self.shortest:
            raise InputError(
                f"longest ({self.longest} s) is below shortest ({self.shortest} s)",
                cure="Raise longest.",
            )


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a cue does not obey: `cue` counts from 0, `rule` is a field of CueRules.

    `value` is what the cue has, `limit` what the rule allows, in the rule's unit. Rule "order"
    says that a cue begins before the one before it has ended.
    """

    cue: int
    rule: str
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class Report:
    """Which rules had to be broken, and for which cues."""

    rules: CueRules
    cues: int
    breaches: tuple[Breach, ...]

    def __str__(self) -> str:
        broken_cues = len({breach.cue for breach in self.breaches})
        lines = [f"{self.cues} cues, {broken_cues} break{'s' if broken_cues == 1 else ''} a rule"]
        lines += [
            f"cue {breach.cue + 1}: {breach.rule} {breach.value:.3g}, limit {breach.limit:.3g}"
            for breach in self.breaches
        ]
        return "\n".join(lines)


def cue(text: Text, *, rules: CueRules | None = None) -> tuple[Text, Report]:
    """Return `text` with its segments cut into cues, and a report of rules that did not hold.

    Where a segment has no words of its own, its time is shared out among them by length.

    Raises:
        InputError: `text` has words but no segments.
    """
    rules = rules or CueRules()
    if text.content.strip() and not text.segments:
        raise InputError(
            "The text has no times, so no subtitles can be made of it",
            cure="Pass a transcript: a Text with segments.",
        )
    words = sorted(_words(text.segments), key=lambda word: word.start)
    groups = _grouped(words, rules, text.language)
    cues = tuple(_timed([_shown(group, rules, text.language) for group in groups], rules))
    result = Text(text.content, language=text.language, segments=cues)
    return result, check(result, rules=rules)


def check(text: Text, *, rules: CueRules | None = None) -> Report:
    """Return which of `rules` the segments of `text` break."""
    rules = rules or CueRules()
    breaches: list[Breach] = []
    for number, segment in enumerate(text.segments):
        lines = segment.text.split("\n")
        seconds = max(segment.end - segment.start, 1e-9)
        follower = text.segments[number + 1 : number + 2]
        gap = follower[0].start - segment.end if follower else rules.gap
        found = [
            ("line_length", max(map(len, lines)), rules.line_length, 0.0),
            ("lines", len(lines), rules.lines, 0.0),
            ("speed", len(segment.text) / seconds, rules.speed, rules.speed * _SLACK / seconds),
            ("longest", seconds, rules.longest, _SLACK),
            ("shortest", -seconds, -rules.shortest, _SLACK),
            ("gap", -gap, -rules.gap, _SLACK),
            ("order", -gap, 0.0, _SLACK),
        ]
        breaches += [
            Breach(number, rule, abs(value) if rule != "gap" else gap, abs(limit))
            for rule, value, limit, slack in found
            if value > limit + slack
        ]
    return Report(rules, len(text.segments), tuple(breaches))


def _words(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Yield the words of `segments`, each without white space and with a time."""
    for segment in segments:
        if segment.words:
            yield from (
                part
                for word in segment.words
                for part in _shared(Segment(word.start, word.end, word.text, word.confidence))
            )
        else:
            yield from _shared(segment)


def _shared(segment: Segment) -> Iterator[Segment]:
    """Yield the words of `segment`, its time shared out among them by length."""
    words = segment.text.split()
    total = sum(len(word) + 1 for word in words)
    seconds = max(0.0, segment.end - segment.start)
    at = 0
    for word in words:
        begin = segment.start + seconds * at / total
        at += len(word) + 1
        end = segment.start + seconds * at / total
        yield Segment(begin, end, word, segment.confidence)


def _grouped(
    words: Sequence[Segment], rules: CueRules, language: str | None
) -> list[Sequence[Segment]]:
    """Return `words` cut into groups, one a cue, at the least cost in all.

    Dynamic programming: the best cut of the first n words is the best last group after the best
    cut of the words before it. A cue holds few words, so this takes time in proportion to them.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        follower = words[end].start if end < len(words) else float("inf")
        options = []
        size, inner = -1, 0.0  # characters of the group, and what is bad about its inside
        for begin in range(end - 1, -1, -1):
            size += len(words[begin].text) + 1
            if begin < end - 1:
                if not _holds(words, begin, end, size, rules):
                    break
                inner += _joint(words[begin], words[begin + 1])
            room = min(follower - rules.gap - words[begin].start, rules.longest)
            needed = max(rules.shortest, size / rules.speed)
            hurried = 4.0 * max(0.0, 1 - room / needed)  # too fast, or gone too soon
            options.append((best[begin][0] + 1.0 + inner + hurried, begin))
        cost, begin = min(options)
        best.append((cost + _ending(words[end - 1].text, language), begin))
    groups: list[Sequence[Segment]] = []
    end = len(words)
    while end:
        begin = best[end][1]
        groups.append(words[begin:end])
        end = begin
    return groups[::-1]


def _holds(words: Sequence[Segment], begin: int, end: int, size: int, rules: CueRules) -> bool:
    """Return whether the words from `begin` to `end`, of `size` characters, may be one cue."""
    if words[end - 1].end - words[begin].start > rules.longest:
        return False
    if size <= rules.line_length or size > rules.line_length * rules.lines + rules.lines - 1:
        return size <= rules.line_length
    texts = [word.text for word in words[begin:end]]
    return fits(texts, length=rules.line_length, lines=rules.lines)


def _joint(one: Segment, other: Segment) -> float:
    """Return how bad it is that one cue holds both of these neighbours."""
    pause = 1.2 if other.start - one.end > _PAUSE else 0.0
    return pause + (0.3 if ends_sentence(one.text) else 0.0)


def _ending(last: str, language: str | None) -> float:
    """Return how bad it is that a cue ends with the word `last`."""
    if clings(last, language):
        return 0.6
    return -0.8 if ends_sentence(last) else -0.4 if ends_clause(last) else 0.0


def _shown(group: Sequence[Segment], rules: CueRules, language: str | None) -> Segment:
    lines = broken(
        [word.text for word in group],
        length=rules.line_length,
        lines=rules.lines,
        language=language,
    )
    known = [word.confidence for word in group if word.confidence is not None]
    return Segment(
        start=group[0].start,
        end=max(word.end for word in group),
        text="\n".join(lines),
        confidence=sum(known) / len(known) if len(known) == len(group) else None,
        words=tuple(group),
    )


def _timed(cues: Sequence[Segment], rules: CueRules) -> Iterator[Segment]:
    """Yield `cues`, shown for long enough to be read where the next one leaves time for it."""
    earliest = 0.0
    for number, this in enumerate(cues):
        start = max(this.start, earliest)
        wanted = max(this.end, start + rules.shortest, start + len(this.text) / rules.speed)
        if number + 1 < len(cues):
            wanted = min(wanted, max(cues[number + 1].start - rules.gap, start + _FLASH))
        end = min(wanted, start + rules.longest)
        start, end = round(start, 3), round(max(end, start + _FLASH), 3)
        yield Segment(start, end, this.text, this.confidence, this.words)
        earliest = end + rules.gap
