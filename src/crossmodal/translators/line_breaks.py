"""Where a line of subtitles may end: balanced, and not in the middle of a phrase."""

from __future__ import annotations

from collections.abc import Sequence

# A line should not end with these: they belong to the next word.
_CLINGING = {
    "en": "a an the this that these those my your his her its our their of to in on at by for with "
    "from into onto about over under as than and or but nor so if when while because who which "
    "whose is are was were be been am has have had will would can could may might must shall "
    "should do does did not no very more most mr mrs ms dr",
    "de": "der die das den dem des ein eine einen einem einer eines mein dein sein ihr unser und "
    "oder aber in im an am auf zu zum zur von vom mit bei nach aus für über unter ist sind war hat "
    "nicht kein keine sehr herr frau",
    "fr": "le la les un une des du de d l au aux ce cette ces mon ton son ma ta sa et ou mais en "
    "dans sur à par pour avec sans chez est sont a ont ne pas très",
    "es": "el la los las un una unos unas de del al y o pero en con por para sin sobre es son ha "
    "han no muy mi tu su",
}
_SETS = {language: frozenset(words.split()) for language, words in _CLINGING.items()}

_BAD_END = 14.0  # characters of imbalance that one bad end is worth
_GOOD_END = 8.0  # and one good end, after a comma or full stop
_QUOTES = "\"'”’»)]}"


def clings(word: str, language: str | None) -> bool:
    """Return whether `word` (an article, preposition, ...) belongs to the word after it."""
    words = _SETS.get((language or "en").partition("-")[0].lower(), frozenset())
    return word.strip("\"'“”‘’«»([{").lower() in words


def ends_sentence(word: str) -> bool:
    """Return whether a sentence ends with `word`."""
    return word.rstrip(_QUOTES).endswith((".", "!", "?", "…", "。", "！", "？"))


def ends_clause(word: str) -> bool:
    """Return whether a sentence or a part of one ends with `word`."""
    return ends_sentence(word) or word.rstrip(_QUOTES).endswith((",", ";", ":", "–", "—", "、"))


def fits(words: Sequence[str], *, length: int, lines: int) -> bool:
    """Return whether `words` fit in `lines` lines of `length` characters."""
    return _lines_needed(words, length) <= lines


def broken(words: Sequence[str], *, length: int, lines: int, language: str | None) -> list[str]:
    """Return `words` in as few lines as they need, at most `lines`, broken where it reads best.

    Lines are balanced, the lower ones rather longer; a line ends with a comma rather than with an
    article. Where `words` do not fit, the lines are longer than `length`.
    """
    count = min(_lines_needed(words, length), lines, len(words))
    if count <= 1:
        return [" ".join(words)] if words else []
    target = len(" ".join(words)) / count
    # best[k][n]: the least cost of the first n words in k lines, and where the last line begins
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for number in range(1, count + 1):
        row: dict[int, tuple[float, int]] = {}
        for end in range(number, len(words) + 1):
            options = [
                (cost + _cost(words, begin, end, target, length, language), begin)
                for begin, (cost, _) in best[-1].items()
                if begin < end
            ]
            if options:
                row[end] = min(options)
        best.append(row)
    result: list[str] = []
    end = len(words)
    for number in range(count, 0, -1):
        begin = best[number][end][1]
        result.insert(0, " ".join(words[begin:end]))
        end = begin
    return result


def _cost(
    words: Sequence[str], begin: int, end: int, target: float, length: int, language: str | None
) -> float:
    size = len(" ".join(words[begin:end]))
    cost = abs(size - target) + 1000.0 * max(0, size - length)
    if end < len(words):  # the last line ends where the cue ends
        last = words[end - 1]
        cost += 0.2 * max(0.0, size - target)
        cost += _BAD_END if clings(last, language) else 0.0
        cost -= _GOOD_END if ends_clause(last) else 0.0
    return cost


def _lines_needed(words: Sequence[str], length: int) -> int:
    lines, room = 0, -1
    for word in words:
        if len(word) + 1 <= room:
            room -= len(word) + 1
        else:
            lines += 1
            room = length - len(word)
            if room < 0:  # no line holds it, so it never fits
                return 1 << 30
    return lines
