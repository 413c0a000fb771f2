"""Settings: what a user may change, and from where.

Later wins: the defaults below, then the settings file (TOML), then environment variables
(`CROSSMODAL_` and the setting's name in capitals), then options given to a call or a command.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from .errors import SettingsError

ENV_PREFIX = "CROSSMODAL_"
DTYPES = ("auto", "float32", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default.

    Attributes:
        index: the folder of the default index; "" for one in the user's data folder.
        space: the saved space to work in, see `crossmodal align`; "" for that of the models below.
        image_model, text_model, audio_model, video_model: names of the encoders that index and
            search with; with "" for sound or film, those are found by name and words alone.
        index_speech: write down the speech of sounds and films that are indexed, where the
            recogniser is installed.
        recognition_model, synthesis_model, reading_model, answering_model: names of the
            translators that transcribe, speak, read, and answer questions.
        captioning_model, drawing_model, animating_model, sounding_model: names of the translators
            that describe, draw, animate and sound; with "" the best that is on this machine.
        hub: where `models pull` downloads from.
        offline: refuse to download anything.
        device: what hub models run on: "auto", "cpu", "cuda", "cuda:1", "mps".
        dtype: the numbers that they calculate with: "auto" (by device), "float32", "bfloat16",
            "float16".
        unload_after: seconds without work after which a hub model's memory is given back; 0 for
            never.
        commercial_only: refuse models whose licence forbids commercial use.
        match_prior: share of the entries that is expected to match a query, in (0, 1). It sets
            how strict "nothing matches" is.
        threads: threads that decode; 0 for one a core.
        batch_size: media that a network takes at once.
        max_pixels: pictures with more are refused before they are decoded.
        max_bytes: files with more are refused before they are read whole (films are streamed).
        max_seconds: longer sounds are refused before they are decoded.
        max_samples: sounds with more are not decoded whole: 500 million take 2 GB, and are three
            hours at 44,100 Hz. What reads sounds in parts is not bound by it.
    """

    index: str = ""
    space: str = ""
    image_model: str = "pocket-image"
    text_model: str = "pocket-text"
    audio_model: str = "pocket-sound"
    video_model: str = "film"
    index_speech: bool = True
    recognition_model: str = "pocketsphinx"
    synthesis_model: str = "espeak-ng"
    reading_model: str = "rapidocr"
    answering_model: str = "pocket-answer"
    captioning_model: str = ""
    drawing_model: str = ""
    animating_model: str = ""
    sounding_model: str = ""
    hub: str = "https://huggingface.co"
    offline: bool = False
    device: str = "auto"
    dtype: str = "auto"
    unload_after: float = 600.0
    commercial_only: bool = False
    match_prior: float = 0.2
    threads: int = 0
    batch_size: int = 32
    max_pixels: int = 200_000_000
    max_bytes: int = 500_000_000
    max_seconds: float = 36_000.0
    max_samples: int = 500_000_000

    def __post_init__(self) -> None:
        if not 0 < self.match_prior < 1:
            raise SettingsError(f"match_prior is {self.match_prior}", cure="Use 0 < value < 1.")
        if self.threads < 0:
            raise SettingsError(f"threads is {self.threads}", cure="Use 0 or more.")
        if self.unload_after < 0:
            raise SettingsError(f"unload_after is {self.unload_after}", cure="Use 0 or more.")
        if self.dtype not in DTYPES:
            raise SettingsError(
                f"dtype is {self.dtype!r}", cure=f"Use one of: {', '.join(DTYPES)}."
            )
        for name in ("batch_size", "max_pixels", "max_bytes", "max_seconds", "max_samples"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name} is {getattr(self, name)}", cure="Use more than 0.")

    @property
    def index_folder(self) -> Path:
        """The default index's folder; each saved space has its own beside it."""
        place = Path(self.index).expanduser() if self.index else data_folder() / "index.cm"
        return place.with_name(f"{place.stem}-{self.space}{place.suffix}") if self.space else place

    @property
    def models_folder(self) -> Path:
        """Where pulled checkpoints stand."""
        return data_folder() / "models"

    @property
    def workers(self) -> int:
        """Threads that decode, at least one."""
        return self.threads or os.cpu_count() or 1


def load(
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Settings:
    """Return the settings in force.

    Args:
        file: TOML file; None for `config_folder() / "settings.toml"`, which may be missing.
        environment: variables; None for those of this process.
        options: settings given by the caller; those that are None are left as they were.

    Raises:
        SettingsError: a name is unknown, or a value is not of the setting's kind.
    """
    path = file or config_folder() / "settings.toml"
    settings = _apply(Settings(), _read(path, must_exist=file is not None), source=str(path))
    environment = os.environ if environment is None else environment
    names = {field.name for field in fields(Settings)}
    variables = {
        name: environment[ENV_PREFIX + name.upper()]
        for name in sorted(names)
        if ENV_PREFIX + name.upper() in environment
    }
    settings = _apply(settings, variables, source="the environment")
    given = {name: value for name, value in (options or {}).items() if value is not None}
    return _apply(settings, given, source="the options")


def config_folder() -> Path:
    """Where this user's settings file lives, by the custom of the system."""
    if sys.platform == "win32":
        return _folder("APPDATA", "AppData/Roaming")
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/crossmodal"
    return _folder("XDG_CONFIG_HOME", ".config")


def data_folder() -> Path:
    """Where this user's default index and models live, by the custom of the system."""
    if sys.platform == "win32":
        return _folder("LOCALAPPDATA", "AppData/Local")
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/crossmodal"
    return _folder("XDG_DATA_HOME", ".local/share")


def _folder(variable: str, below_home: str) -> Path:
    base = os.environ.get(variable)
    return (Path(base) if base else Path.home() / below_home) / "crossmodal"


def _read(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(
                f"There is no settings file {path}", cure="Check the path."
            ) from None
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", cure="It must be TOML.") from error


def _apply(settings: Settings, values: Mapping[str, Any], *, source: str) -> Settings:
    kinds = get_type_hints(Settings)
    changes = {}
    for name, value in values.items():
        if name not in kinds:
            close = get_close_matches(name, kinds, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(kinds)}."
            raise SettingsError(f"{source} sets {name!r}, which is not a setting", cure=hint)
        changes[name] = _convert(name, value, kinds[name], source)
    return replace(settings, **changes)


def _convert(name: str, value: Any, kind: type, source: str) -> Any:
    """Return `value` as `kind`; words from the environment are parsed, other kinds refused."""
    if isinstance(value, str) and kind is bool and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    if isinstance(value, str) and kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            pass
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif type(value) is kind:
        return value
    elif kind is str and isinstance(value, Path):
        return str(value)
    raise SettingsError(
        f"{source} sets {name} to {value!r}", cure=f"It takes a value of kind {kind.__name__}."
    )


_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
