"""The public face: what `import crossmodal` promises, and how light it is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import crossmodal

ROOT = Path(__file__).parent.parent
HEAVY = {"numpy", "PIL", "av", "onnxruntime", "tokenizers", "usearch", "rich", "typer", "torch"}


def run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_all_is_the_face() -> None:
    assert sorted(crossmodal.__all__) == sorted(crossmodal._HOMES)
    assert set(dir(crossmodal)) == {*crossmodal.__all__, "__version__"}


@pytest.mark.parametrize("name", crossmodal.__all__)
def test_every_name_resolves(name: str) -> None:
    assert getattr(crossmodal, name) is not None


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'serch'"):
        crossmodal.serch  # noqa: B018


def test_import_loads_nothing_heavy() -> None:
    loaded = run("import sys, crossmodal; print(*{name.split('.')[0] for name in sys.modules})")
    assert not HEAVY & set(loaded.split())


def test_help_loads_no_numbers() -> None:
    """`crossmodal --help` needs typer and rich, and nothing that computes."""
    code = (
        "import sys; sys.argv = ['crossmodal', '--help']\n"
        "from crossmodal.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('LOADED', *{name.split('.')[0] for name in sys.modules})"
    )
    loaded = run(code).rpartition("LOADED")[2].split()
    assert not (HEAVY - {"rich", "typer"}) & set(loaded)


def test_import_is_quick() -> None:
    """Under 0.1 s of processor time, the interpreter's own start not counted."""
    code = "import time; t = time.process_time(); import crossmodal; print(time.process_time() - t)"
    assert min(float(run(code)) for _ in range(3)) < 0.1


def test_changelog_names_this_version() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == crossmodal.__version__
    assert f'version = "{newest[1]}"' in (ROOT / "pyproject.toml").read_text("utf-8")
