from __future__ import annotations

import subprocess
import sys

import pytest

from crossmodal.errors import MissingModel
from crossmodal.sources.onnx import Network


@pytest.mark.parametrize("data", [b"", b"not a network", b"\x08\x09" * 40])
def test_broken_networks_are_named(data: bytes) -> None:
    with pytest.raises(MissingModel, match="broken.onnx is not a readable network"):
        Network(data, name="broken.onnx")


@pytest.mark.parametrize("order", ["onnxruntime, usearch.index", "usearch.index, onnxruntime"])
def test_the_two_engines_live_in_one_process(order: str) -> None:
    """usearch 2.26 and onnxruntime crash where usearch is imported first."""
    subprocess.run([sys.executable, "-c", f"import {order}"], check=True)
