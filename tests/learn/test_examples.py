from __future__ import annotations

from pathlib import Path

import pytest

from crossmodal.errors import InputError
from crossmodal.learn.examples import in_folder


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    for name in ("cat/2.png", "cat/1.png", "dog/a.jpg", "dog/.DS_Store", ".git/x", "empty/.keep"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "readme.txt").touch()
    found = in_folder(tmp_path)
    names = {label: [path.name for path in files] for label, files in found.items()}
    assert names == {"cat": ["1.png", "2.png"], "dog": ["a.jpg"]}


def test_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no examples"):
        in_folder(tmp_path)
    with pytest.raises(InputError, match="There is no folder"):
        in_folder(tmp_path / "none")
