"""Media to files: the kind of file goes by the name that the user gives it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ..errors import InputError
from ..media import Audio, Image, Media, Text, Video
from .files import FilePath, shown

IMAGES = MappingProxyType({".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"})
SOUNDS = MappingProxyType(
    {f".{name}": name for name in ("wav", "flac", "mp3", "ogg", "opus", "m4a")}
)
TEXTS = MappingProxyType({".txt": "", ".md": "", ".srt": "srt", ".vtt": "vtt", ".json": "json"})
FILMS = MappingProxyType({".mp4": "mp4", ".webm": "webm"})


def save(medium: Media, path: FilePath) -> Path:
    """Write `medium` to `path` and return it. The file appears whole or not at all.

    Args:
        path: its ending says the kind: .png .jpg .webp for pictures; .wav .flac .mp3 .ogg .opus
            .m4a for sounds; .mp4 .webm for films; .txt .md .srt .vtt .json for texts.

    Raises:
        InputError: the ending is of none of these, or the file cannot be written.
    """
    target = Path(path).expanduser()
    if isinstance(medium, Video):
        _format(target, FILMS, medium)
        from . import video

        frames = (frame.image for frame in medium.frames())
        video.write(target, frames, fps=medium.fps or 25.0, audio=medium.audio())
        return target
    data = _encoded(medium, target)
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(
            f"{shown(path)} cannot be written: {error.strerror}", cure="Check the folder."
        ) from error
    return target


def _encoded(medium: Text | Image | Audio, target: Path) -> bytes:
    # Imported where they are used: to write a text needs neither Pillow nor FFmpeg.
    if isinstance(medium, Image):
        from . import image

        return image.encode(medium, format=_format(target, IMAGES, medium))  # type: ignore[arg-type]
    if isinstance(medium, Audio):
        from . import audio

        return audio.encode(medium, format=_format(target, SOUNDS, medium))  # type: ignore[arg-type]
    kind = _format(target, TEXTS, medium)
    if not kind:
        return (medium.content + "\n").encode("utf-8", "replace")
    from . import subtitles

    return subtitles.encode(medium, format=kind)  # type: ignore[arg-type]


def _format(target: Path, known: Mapping[str, str], medium: Media) -> str:
    ending = target.suffix.lower()
    if ending not in known:
        raise InputError(
            f"{medium.modality} cannot be written as {target.name!r}",
            cure=f"End the name in one of: {' '.join(known)}.",
        )
    return known[ending]
