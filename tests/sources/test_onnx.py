from __future__ import annotations

import pytest

from crossmodal.errors import MissingModel
from crossmodal.sources.onnx import Network


@pytest.mark.parametrize("data", [b"", b"not a network", b"\x08\x09" * 40])
def test_broken_networks_are_named(data: bytes) -> None:
    with pytest.raises(MissingModel, match="broken.onnx is not a readable network"):
        Network(data, name="broken.onnx")
