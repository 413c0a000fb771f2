from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from crossmodal.errors import MissingModel
from crossmodal.sources.safetensors import header, scalar


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.safetensors"
    tensors = {"matrix": torch.zeros(3, 5), "half": torch.tensor(1.5, dtype=torch.float16)}
    tensors |= {"brain": torch.tensor(-2.5, dtype=torch.bfloat16), "one": torch.tensor([0.25])}
    save_file(tensors, path, metadata={"format": "pt"})
    return path


def test_names_shapes_and_numbers(file: Path) -> None:
    found = header(file)
    assert found["matrix"].shape == (3, 5)
    assert found["matrix"].count == 15
    numbers = {name: scalar(file, found[name]) for name in ("half", "brain", "one")}
    assert numbers == {"half": 1.5, "brain": -2.5, "one": 0.25}


@pytest.mark.parametrize("cut", [1, 40, 1000])
def test_cut_files_are_noticed(file: Path, cut: int) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: max(0, len(data) - cut)])
    with pytest.raises(MissingModel, match=r"x.safetensors (has|is no)"):
        header(file)


@pytest.mark.parametrize("data", [b"", b"\x80\x02}q\x00.", b"\xff" * 40, b"\x02\0\0\0\0\0\0\0[]"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(data)
    with pytest.raises(MissingModel, match="no safetensors file"):
        header(path)
