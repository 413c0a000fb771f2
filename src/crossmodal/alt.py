"""Alt text: which pictures of a page have none, and the page with it written in.

HTML says with `alt=""`, `role="presentation"` or `aria-hidden="true"` that a picture is decorative
(HTML standard, 4.8.4.4); such pictures are left alone. Everything but the new alt texts stays byte
for byte as it was.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

LONGEST = 125
"""Characters: some screen readers stop there."""

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<source>[^()\s]+)(?P<rest>[^()]*)\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_ALT = re.compile(r"""\salt(\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?(?=[\s/>])""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a page shows.

    Attributes:
        source: as the page writes it, entities resolved.
        alt: its alt text; None where it has none yet.
        decorative: marked as saying nothing.
        start, end: where in the page its tag stands, in characters.
    """

    source: str
    alt: str | None
    decorative: bool
    start: int
    end: int

    @property
    def wants_alt(self) -> bool:
        """Whether it has neither an alt text nor a mark that it needs none."""
        return not self.decorative and not (self.alt or "").strip()

    @property
    def path(self) -> str | None:
        """The file it names, as a relative or absolute path; None for the web and for data."""
        parts = urlsplit(self.source)
        return unquote(parts.path) if not parts.scheme and not parts.netloc else None


def pictures(page: str, *, markdown: bool) -> list[Picture]:
    """Return the pictures of `page`, in order.

    Args:
        markdown: whether it is Markdown (whose own pictures and whose HTML count) or HTML.
    """
    found = list(_html_pictures(page))
    if markdown:
        fences = [match.span() for match in _FENCE.finditer(page)]
        found = [
            picture
            for picture in sorted([*found, *_markdown_pictures(page)], key=lambda one: one.start)
            if not any(start <= picture.start < end for start, end in fences)
        ]
    return found


def with_alt(page: str, texts: Mapping[Picture, str]) -> str:
    """Return `page` with the alt text of each picture in `texts` written in."""
    for picture, text in sorted(texts.items(), key=lambda item: -item[0].start):
        tag = page[picture.start : picture.end]
        words = " ".join(text.split())
        if tag.startswith("!["):
            safe = words.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
            new = f"![{safe}]" + tag[tag.index("](") + 1 :]
        else:
            bare = _ALT.sub("", tag)
            new = f'{bare[:4]} alt="{html.escape(words)}"{bare[4:]}'
        page = page[: picture.start] + new + page[picture.end :]
    return page


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return `text` with at most `longest` characters, cut between words."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1].rpartition(" ")[0] or text[: longest - 1]
    return cut.rstrip(" ,;:") + "…"


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Picture] = []
        lines = page.split("\n")
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        source = values.get("src")
        if tag != "img" or not source:
            return
        line, column = self.getpos()
        start = self._starts[line - 1] + column
        alt = (values["alt"] or "") if "alt" in values else None
        decorative = (
            alt == ""
            or (values.get("role") or "").lower() in ("presentation", "none")
            or (values.get("aria-hidden") or "").lower() == "true"
        )
        end = start + len(self.get_starttag_text() or "")
        self.found.append(Picture(source, alt, decorative, start, end))


def _html_pictures(page: str) -> Iterator[Picture]:
    tags = _Tags(page)
    tags.feed(page)
    yield from tags.found


def _markdown_pictures(page: str) -> Iterator[Picture]:
    for match in _IMAGE.finditer(page):
        source = match["source"].strip("<>")
        yield Picture(source, match["alt"] or None, False, *match.span())
