"""Cutting a text into passages: what one vector can stand for, and one hit can show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PASSAGE_WORDS = 100
PASSAGE_CHARACTERS = 1_000  # for scripts without spaces, and for what is no prose
MOST_PASSAGES = 2_000  # of one text, about 200,000 words; what follows is not indexed

# A sentence with the space after it: ends at a stop before a space, or at a line's end.
_SENTENCE = re.compile(r".+?(?:[.!?…。！？]+[\"'»”)\]]*(?=\s|$)|\n|$)\s*", re.DOTALL)
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text: characters `start` to `end`."""

    start: int
    end: int
    text: str


def passages(content: str) -> Iterator[Passage]:
    """Yield the passages of `content` in order, without overlap, at most MOST_PASSAGES.

    A passage is whole sentences, about PASSAGE_WORDS words of them. It ends early where a
    paragraph does, once it holds half as many.
    """
    made = 0
    for start, end in _spans(content):
        text = content[start:end].strip()
        if text:
            begin = content.index(text[0], start)
            yield Passage(begin, begin + len(text), text)
            made += 1
            if made == MOST_PASSAGES:
                return


def _spans(content: str) -> Iterator[tuple[int, int]]:
    start = end = words = 0
    for piece_start, piece_end in _pieces(content):
        piece = content[piece_start:piece_end]
        count = len(piece.split())
        if words and (words + count > PASSAGE_WORDS or piece_end - start > PASSAGE_CHARACTERS):
            yield start, end
            start, words = piece_start, 0
        end, words = piece_end, words + count
        if words >= PASSAGE_WORDS // 2 and _PARAGRAPH.search(piece):
            yield start, end
            start, words = piece_end, 0
    if words:
        yield start, end


def _pieces(content: str) -> Iterator[tuple[int, int]]:
    """Yield sentences as (start, end); those too long for a passage in parts."""
    for match in _SENTENCE.finditer(content):
        start, end = match.span()
        while start < end:
            stop = _fitting(content, start, end)
            yield start, stop
            start = stop


def _fitting(content: str, start: int, end: int) -> int:
    """Return where to stop so that content[start:stop] fits into one passage."""
    stop = min(end, start + PASSAGE_CHARACTERS)
    for number, word in enumerate(re.finditer(r"\S+\s*", content[start:stop])):
        if number == PASSAGE_WORDS - 1:
            return start + word.end()
        last = word.start()
    if stop < end and last and not content[stop].isspace():
        return start + last  # not within a word
    return stop
