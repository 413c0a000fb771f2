"""A kill at any moment loses nothing that was reported as done (10 to 25 s)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its children")
def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    source = str(HERE.parent.parent / "src")
    command = [sys.executable, "-W", "error", str(HERE / "killing.py"), str(tmp_path), "52", "7"]
    environment = {**os.environ, "PYTHONPATH": source, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "none lost" in done.stdout
    kills, acknowledged = (int(word) for word in done.stdout.split() if word.isdigit())
    assert kills == 52
    assert acknowledged > 0, "the kills came before anything was done"
