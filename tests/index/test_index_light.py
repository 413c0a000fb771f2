"""A search by words loads neither the decoders of other media nor the graph's library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from crossmodal.workbench import Workbench

SEARCH = """
import sys, crossmodal as cm
with cm.Index(sys.argv[1]) as index:
    assert index.search("a song of the sea").hits
heavy = {"av", "PIL", "pillow_heif", "usearch", "torch", "transformers"} & sys.modules.keys()
assert not heavy, heavy
"""


def test_search_by_words_is_light(tmp_path: Path) -> None:
    text = tmp_path / "poem.txt"
    text.write_text("Waves and wind, and a song over the sea.")
    with Workbench().index(tmp_path / "index.cm") as index:
        assert index.add(text).added == 1
    subprocess.run([sys.executable, "-c", SEARCH, str(tmp_path / "index.cm")], check=True)
