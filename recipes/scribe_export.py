"""From a trained ScribeNet to the ONNX file that the package ships, its weights in 8 bits."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from recipes import scribe_net

SMALL = 2048  # numbers; smaller tensors stay float32
DYNAMIC = torch.export.Dim.DYNAMIC


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export(net: scribe_net.ScribeNet, path: Path) -> None:
    """`vector (B, 384)`, `ids (B, 1)`, `place (1,)`, `past (B, L, 2, P, W)` to `chances`, `now`."""
    stepping = scribe_net.Stepping(net.eval().float())
    past = torch.zeros(3, scribe_net.LAYERS, 2, 5, scribe_net.WIDTH)
    ids = torch.ones(3, 1, dtype=torch.int64)
    example = (torch.randn(3, scribe_net.DIM), ids, torch.tensor([5]), past)
    dynamic = ({0: DYNAMIC}, {0: DYNAMIC}, None, {0: DYNAMIC, 3: DYNAMIC})
    to_onnx(
        stepping, example, path, ("vector", "ids", "place", "past"), ("chances", "now"), dynamic
    )


def to_onnx(
    net: nn.Module,
    example: tuple[torch.Tensor, ...],
    path: Path,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    dynamic: tuple[dict[int, object] | None, ...],
) -> None:
    """Write `net` as an ONNX file with its large tensors in 8 bits."""
    program = torch.onnx.export(
        net, example, input_names=list(inputs), output_names=list(outputs),
        dynamic_shapes=dynamic, dynamo=True, verbose=False,
    )  # fmt: skip
    model = program.model_proto
    store_in_bytes(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def store_in_bytes(model: onnx.ModelProto) -> None:
    """Keep large float32 matrices as int8 with a step a row; they are wide again in memory."""
    nodes, tensors = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.ndim != 2 or values.size <= SMALL:
            tensors.append(onnx.TensorProto.FromString(tensor.SerializeToString()))
            continue
        step = np.maximum(np.abs(values).max(1), 1e-8).astype(np.float32) / 127
        whole = np.rint(values / step[:, None]).astype(np.int8)
        name = tensor.name
        tensors.append(numpy_helper.from_array(whole, f"{name}.bytes"))
        tensors.append(numpy_helper.from_array(step, f"{name}.step"))
        parts = [f"{name}.bytes", f"{name}.step"]
        nodes.append(helper.make_node("DequantizeLinear", parts, [name], axis=0))
    nodes += [onnx.NodeProto.FromString(n.SerializeToString()) for n in model.graph.node]
    del model.graph.initializer[:], model.graph.node[:], model.graph.value_info[:]
    model.graph.initializer.extend(tensors)
    model.graph.node.extend(nodes)
