"""The built wheel carries the weights, installs into an empty environment and runs there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from crossmodal.sources import catalog

ROOT = Path(__file__).parent.parent


def pip(*arguments: str | Path, python: str | Path = sys.executable) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*command, *map(str, arguments)], check=True, cwd=ROOT)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", folder, ".")
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_wheel_carries_weights_licence_and_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for card in catalog.cards():
        for file in card.files.values():
            assert f"crossmodal/sources/shipped/{file}" in names
    assert "crossmodal/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "recipes", "runs"))]
    assert wheel.stat().st_size < 60e6


def test_wheel_runs_in_an_empty_environment(wheel: Path, photos: Path, tmp_path: Path) -> None:
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip("install", "--constraint", "constraints.txt", wheel, python=python)

    def crossmodal(*arguments: str | Path) -> dict[str, object]:
        command = [str(python), "-m", "crossmodal", *map(str, arguments), "--json"]
        run = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
        document: dict[str, object] = json.loads(run.stdout)
        return document

    assert crossmodal("index", photos, "--index", "i.cm")["added"] == 3
    hits = crossmodal("search", "something green", "--index", "i.cm")["hits"]
    assert len(hits) == 3  # type: ignore[arg-type]
