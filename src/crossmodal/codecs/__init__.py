"""Bytes to media and back: files of the outside world are opened here and nowhere else.

`read` takes any file. The modules take one modality each: `text`, `image`, `audio`, `video`.
"""

from __future__ import annotations

from ..media import Media
from ..modality import Modality
from . import partial, text
from .files import Source, naming, open_source, read_whole
from .limits import DEFAULT, Limits
from .partial import PartialMedia
from .saving import save
from .sniff import HEAD, Format, sniff, stranger

__all__ = ["HEAD", "Format", "Limits", "PartialMedia", "read", "save", "sniff"]


def read(
    source: Source,
    *,
    limits: Limits = DEFAULT,
    at_least: int | None = None,
    excerpt: bool = False,
    on_partial: partial.Report = partial.warn,
) -> Media:
    """Return what the file `source` holds, told by its bytes and not by its name.

    Args:
        source: the path of a regular file, or the bytes of one. Folders, pipes and devices are
            refused without being opened.
        limits: what is larger or longer is refused before it is decoded.
        at_least: for a picture, a shorter side in pixels that is enough; see `image.decode`.
        excerpt: for a sound, parts of a long one are enough; see `audio.excerpt`.
        on_partial: told, in one line, where only a part of a sound or film could be decoded.

    Raises:
        TooLarge: it is beyond `limits`.
        UnreadableMedia: there is no such file, or it is empty, damaged or no regular file.
        UnsupportedMedia: it is of a kind that no codec reads.
    """
    # The codecs are imported where they are used: to read a text needs neither Pillow nor FFmpeg.
    with naming(source), open_source(source) as stream:
        head = stream.read(HEAD)
        kind = sniff(head)
        if kind is None:
            raise stranger(head)
        if kind.modality in (Modality.TEXT, Modality.IMAGE):
            data = read_whole(stream, head=head, max_bytes=limits.max_bytes)
            if kind.modality is Modality.TEXT:
                return text.decode(data, max_bytes=limits.max_bytes)
            from . import image

            return image.decode(data, at_least=at_least, max_pixels=limits.max_pixels)
    from . import audio, container, video

    if container.is_film(source):
        return video.open(source, limits=limits, on_partial=on_partial)
    if excerpt:
        return audio.excerpt(source, max_seconds=limits.max_seconds, on_partial=on_partial)
    return audio.decode(
        source,
        max_seconds=limits.max_seconds,
        max_samples=limits.max_samples,
        on_partial=on_partial,
    )
