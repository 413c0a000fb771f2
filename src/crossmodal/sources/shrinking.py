"""ONNX graphs with small numbers, and quiet while they are made.

`int8` keeps the weights of matrix products in 8 bits and rounds what they are multiplied with as
it comes (dynamic quantisation, per channel); `fp16` keeps every weight in half precision.
"""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .._optional import need

PRECISIONS = ("int8", "fp16", "fp32")
OPSET = 18


def ending(precision: str) -> str:
    """Return how the hub's names of ONNX files end that hold numbers of `precision`."""
    return "" if precision == "fp32" else f"_{precision}"


def shrink(source: Path, target: Path, *, precision: str) -> None:
    """Write the graph at `source` to `target` with numbers of `precision`; `source` may go.

    Raises:
        MissingExtra: the packages that do it are not installed.
    """
    if precision == "int8":
        _to_int8(source, target)
    elif precision == "fp16":
        _to_fp16(source, target)
    else:
        shutil.move(source, target)


@contextmanager
def silence() -> Iterator[None]:
    """Keep the exporters' notes on their own inner life away from users."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _to_int8(source: Path, target: Path) -> None:
    quantisation = need("onnxruntime.quantization", extra="export")
    model = need("onnx", extra="export").load(source)
    del model.graph.value_info[:]  # shapes between the nodes, which the exporter may get wrong
    quantisation.quantize_dynamic(
        model,
        target,
        weight_type=quantisation.QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm"],
        extra_options={"MatMulConstBOnly": True},
    )


def _to_fp16(source: Path, target: Path) -> None:
    onnx = need("onnx", extra="export")
    float16 = need("onnxruntime.transformers.float16", extra="export")
    tools = need("onnxruntime.transformers.onnx_model", extra="export")
    half = float16.convert_float_to_float16(onnx.load(source), keep_io_types=True)
    tools.OnnxModel(half).topological_sort()  # what is cast comes last; in a branch it may not
    onnx.save(half, target)
