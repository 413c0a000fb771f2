"""Text as it can be said aloud: without markup, in parts of about a sentence."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

LONGEST_PART = 600  # characters; about 40 seconds

_TAG = re.compile(r"<!--.{0,1000}?-->|</?[a-zA-Z][^<>]{0,500}>", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]\n]{1,500})\]\([^()\s]{1,2000}\)")
_MARKS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~|`{1,3})(?=\S)(.{1,200}?)(?<=\S)\1(?!\w)")
_LINE_START = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]+|[*+-][ \t]+)", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？।])[\"'”’)\]]*\s+|(?<=[。！？])|\n\s*\n")
_CLAUSE_END = re.compile(r"(?<=[,;:–—،、；：])\s*|\n")
_JOINERS = "\u200c\u200d"  # invisible, but letters of Persian, Hindi and emoji need them


def speakable(content: str) -> str:
    """Return `content` without tags, entities, Markdown's marks and control characters.

    The words stay; "" where there are none.
    """
    text = html.unescape(_TAG.sub(" ", content))
    text = _LINK.sub(r"\1", text)
    text = _LINE_START.sub("", text)
    for _ in range(3):  # bold in italics in strikethrough
        text = _MARKS.sub(r"\2", text)
    text = "".join(map(_printable, unicodedata.normalize("NFC", text)))
    text = re.sub(r"[^\S\n]+", " ", text).strip()
    return text if any(unicodedata.category(letter)[0] in "LNS" for letter in text) else ""


def parts(text: str) -> Iterator[str]:
    """Yield `text` sentence by sentence, none longer than LONGEST_PART characters."""
    for sentence in _split(text, _SENTENCE_END):
        if len(sentence) <= LONGEST_PART:
            yield sentence
            continue
        clauses = _split(sentence, _CLAUSE_END)
        yield from _gathered(piece for clause in clauses for piece in _short(clause))


def _split(text: str, boundary: re.Pattern[str]) -> Iterator[str]:
    start = 0
    for match in boundary.finditer(text):
        if part := text[start : match.end()].strip():
            yield part
        start = match.end()
    if part := text[start:].strip():
        yield part


def _short(clause: str) -> Iterator[str]:
    """Yield `clause` cut at spaces, or anywhere in a word that is too long itself."""
    while len(clause) > LONGEST_PART:
        cut = clause.rfind(" ", 1, LONGEST_PART)
        cut = cut if cut > 0 else LONGEST_PART
        yield clause[:cut]
        clause = clause[cut:].lstrip()
    if clause:
        yield clause


def _gathered(pieces: Iterator[str]) -> Iterator[str]:
    """Yield `pieces` joined into parts that are as long as allowed."""
    held = ""
    for piece in pieces:
        if held and len(held) + 1 + len(piece) > LONGEST_PART:
            yield held
            held = piece
        else:
            held = f"{held} {piece}" if held else piece
    if held:
        yield held


def _printable(letter: str) -> str:
    if letter == "\n" or letter in _JOINERS:
        return letter
    category = unicodedata.category(letter)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") else letter
