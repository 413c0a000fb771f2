"""Read the text network back from the ONNX file that the package ships, to go on from it.

`python -m recipes.warm_start --data DIR --work runs` writes the checkpoint that `text_training`
goes on from, and the shipped tokenizer beside the exports. Without it, the text network starts
from nothing.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from recipes import data, text_net, text_training
from recipes.ship import SHIPPED

LINEAR = ("into", "out", "layers.1", "layers.3")  # of a block, in the order of the graph


def read(path: Path) -> text_net.TextNet:
    """The network of an ONNX file that `export.export_text` wrote."""
    graph = onnx.load(path).graph
    tensors = {
        tensor.name.removesuffix(".half"): torch.from_numpy(
            numpy_helper.to_array(tensor).astype(np.float32)
        )
        for tensor in graph.initializer
    }
    net = text_net.TextNet()
    weights = {name.removeprefix("net."): x for name, x in tensors.items()}
    weights["tokens.weight"] = tensors["table"] * tensors["step"]
    products = [node.input[1] for node in graph.node if node.op_type == "MatMul"]
    matrices = [tensors[name] for name in products if name in tensors]  # in the order of layers
    names = [f"blocks.{k}.{name}" for k in range(text_net.LAYERS) for name in LINEAR]
    for name, matrix in zip(names, matrices, strict=True):
        weights[f"{name}.weight"] = matrix.T
    net.load_state_dict({name: weights[name] for name in net.state_dict()})
    return net


def main() -> None:
    """Write the text network's checkpoint and tokenizer from the shipped files."""
    where = data.places(data.parser(__doc__).parse_args())
    shutil.copyfile(SHIPPED / text_training.TOKENIZER, where.export / text_training.TOKENIZER)
    net = read(SHIPPED / "pocket-text.onnx")
    torch.save({"net": net.state_dict()}, where.work / text_training.CHECKPOINT)


if __name__ == "__main__":
    main()
