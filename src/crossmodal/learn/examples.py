"""Examples in folders: a folder for each class, named after it."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError


def in_folder(folder: Path) -> dict[str, list[Path]]:
    """Return the files of each folder in `folder`, by its name; hidden ones are left out.

    Raises:
        InputError: there is no such folder, or it holds no folder with files.
    """
    place = folder.expanduser()
    if not place.is_dir():
        raise InputError(f"There is no folder {place}", cure="Name one with a folder a class.")
    found = {
        entry.name: _files(entry)
        for entry in sorted(place.iterdir())
        if entry.is_dir() and not entry.name.startswith(".")
    }
    kept = {label: files for label, files in found.items() if files}
    if not kept:
        raise InputError(
            f"{place} holds no examples", cure="Make a folder for each class, and files in it."
        )
    return kept


def _files(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")
    )
