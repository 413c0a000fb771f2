from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tiny import graph_bytes

from crossmodal.errors import MissingModel
from crossmodal.sources.graph import Graph


def doubling(path: Path, output: str) -> Path:
    nodes = [helper.make_node("Add", ["pixel_values", "pixel_values"], ["vector"])]
    model = onnx.load_from_string(
        graph_bytes(nodes, {"pixel_values": (TensorProto.FLOAT, ["n", 3])}, {})
    )
    model.graph.node[0].output[0] = model.graph.output[0].name = output
    onnx.save(model, path)
    return path


def test_it_finds_the_vectors_and_leaves_what_is_not_taken(tmp_path: Path) -> None:
    graph = Graph(doubling(tmp_path / "vision_model.onnx", "image_embeds"), name="a/b")
    given = np.arange(6, dtype=np.float64).reshape(2, 3)
    vectors = graph({"pixel_values": given, "attention_mask": np.ones((2, 1))})
    np.testing.assert_array_equal(vectors, 2 * given)
    assert graph.dim == 3


def test_it_asks_for_nothing_that_nobody_gives(tmp_path: Path) -> None:
    graph = Graph(doubling(tmp_path / "model.onnx", "image_embeds"), name="a/b")
    with pytest.raises(MissingModel, match="graph of a/b wants pixel_values, which is not known"):
        graph({"input_ids": np.ones((1, 2), np.int64)})


def test_graphs_without_vectors_are_named(tmp_path: Path) -> None:
    path = doubling(tmp_path / "model.onnx", "last_hidden_state")
    with pytest.raises(MissingModel, match=r"model.onnx of a/b gives last_hidden_state, and no"):
        Graph(path, name="a/b")
    path.write_bytes(b"not a network")
    with pytest.raises(MissingModel, match="not a readable network"):
        Graph(path, name="a/b")
