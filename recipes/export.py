"""From trained nets to the ONNX files that the package ships.

`python -m recipes.export --data DIR --work runs` exports the newest checkpoints.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

from crossmodal.encoders.audio import FRAMES
from crossmodal.encoders.log_mel import MELS
from recipes import data, image_net, self_distillation, sound_net, text_net

SMALL = 1024  # numbers; smaller tensors stay float32


def export_image(net: image_net.ImageNet, path: Path, *, side: int) -> None:
    """`pixels (B, side, side, 3) uint8` to `vector (B, 384)` and `grid (B, cells, 320)`."""
    shipped = image_net.Shipped(net.eval().float().to(memory_format=torch.contiguous_format))
    pixels = torch.zeros(2, side, side, 3, dtype=torch.uint8)
    _export(
        shipped.eval(),
        (pixels,),
        path,
        inputs=["pixels"],
        outputs=("vector", "grid"),
        dynamic=({0: "batch"},),
    )


def export_text(net: text_net.TextNet, path: Path) -> None:
    """`ids`, `mask (B, T) int64` to `vector (B, 384)`, the token table in 8 bits."""
    shipped = TableInBytes(net.eval().float()).eval()
    ids = torch.ones(2, 7, dtype=torch.int64)
    shape = {0: "batch", 1: "tokens"}
    _export(
        shipped, (ids, torch.ones_like(ids)), path, inputs=["ids", "mask"], dynamic=(shape, shape)
    )


def export_sound(net: sound_net.SoundNet, path: Path) -> None:
    """`bands (B, 64, 313) float32` to `vector (B, 384)`."""
    bands = torch.zeros(2, MELS, FRAMES)
    _export(net.eval().float(), (bands,), path, inputs=["bands"], dynamic=({0: "batch"},))


class TableInBytes(nn.Module):
    """A TextNet whose token vectors are int8 with one float32 step a token."""

    def __init__(self, net: text_net.TextNet) -> None:
        super().__init__()
        table = net.tokens.weight.detach()
        step = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", torch.round(table / step).to(torch.int8))
        self.register_buffer("step", step)
        self.net = net

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.net.from_tokens(functional.embedding(ids, self.table.float() * self.step), mask)


def _export(
    net: nn.Module,
    example: tuple[torch.Tensor, ...],
    path: Path,
    *,
    inputs: list[str],
    dynamic: tuple[dict[int, str], ...],
    outputs: tuple[str, ...] = ("vector",),
) -> None:
    shapes = tuple(
        {axis: torch.export.Dim(name) for axis, name in axes.items()} for axes in dynamic
    )
    program = torch.onnx.export(
        net,
        example,
        input_names=inputs,
        output_names=list(outputs),
        dynamic_shapes=shapes,
        dynamo=True,
        verbose=False,
    )
    model = program.model_proto
    store_in_half(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def store_in_half(model: onnx.ModelProto) -> None:
    """Keep large float32 tensors as float16, cast back when the session loads."""
    casts, halves = [], []
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) > SMALL:
            half = numpy_helper.to_array(tensor).astype(np.float16)
            halves.append(numpy_helper.from_array(half, f"{tensor.name}.half"))
            casts.append(
                helper.make_node(
                    "Cast", [f"{tensor.name}.half"], [tensor.name], to=TensorProto.FLOAT
                )
            )
        else:
            halves.append(tensor)
    kept = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in halves]
    nodes = [*casts, *model.graph.node]
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.initializer[:], model.graph.node[:], model.graph.value_info[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)


def export_all(where: data.Places) -> None:
    """Export both networks as self-distillation left them."""
    state = self_distillation.load(where)
    image, text = image_net.ImageNet(where.teachers), text_net.TextNet()
    image.load_state_dict(state["image"])
    text.load_state_dict(state["text"])
    export_image(image, where.export / "pocket-image.onnx", side=image_net.SIDE)
    export_text(text, where.export / "pocket-text.onnx")


if __name__ == "__main__":
    export_all(data.places(data.parser(__doc__).parse_args()))
