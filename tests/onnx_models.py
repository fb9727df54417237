"""Small ONNX models for tests, written as protobuf by hand: the package onnx belongs to an extra.

Field numbers are those of onnx.proto3 (github.com/onnx/onnx, IR version 8).
"""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

CELL_PX = 32
FLOATS, INTS = 1, 7  # TensorProto.DataType
Side = int | str


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value >= 0x80:
        out += bytes((value & 0x7F | 0x80,))
        value >>= 7
    return out + bytes((value,))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _part(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _tensor(name: str, shape: Sequence[int], values: Sequence[float], kind: int = FLOATS) -> bytes:
    raw = struct.pack(f"<{len(values)}{'f' if kind == FLOATS else 'q'}", *values)
    return b"".join(_number(1, side) for side in shape) + _number(2, kind) + _part(8, name) + _part(9, raw)


def _value(name: str, shape: Sequence[Side]) -> bytes:
    dims = b"".join(_part(1, _number(1, d) if isinstance(d, int) else _part(2, d)) for d in shape)
    return _part(1, name) + _part(2, _part(1, _number(1, FLOATS) + _part(2, dims)))


def _node(kind: str, takes: str, gives: str, **ints: int | tuple[int, ...]) -> bytes:
    told = b""
    for name, value in ints.items():
        listed = isinstance(value, tuple)
        body = b"".join(_number(8, v) for v in value) if isinstance(value, tuple) else _number(3, value)
        told += _part(5, _part(1, name) + body + _number(20, 7 if listed else 2))
    return b"".join(_part(1, one) for one in takes.split()) + _part(2, gives) + _part(4, kind) + told


def bright_cells(
    path: Path,
    *,
    size_px: tuple[Side, Side] = ("width", "height"),
    classes: int = 4,
    names: str | None = "{0: 'motorcycle', 1: 'car', 2: 'bus', 3: 'truck'}",
    says: Side | None = None,
    planes: int = 3,
) -> Path:
    """Write a detector of bright cells: a box of 32 x 32 px a cell of the input, a class a channel.

    The score of class k is the mean of channel k in the cell, of the fourth and later 0. `says` is how
    many rows of output the model claims to give, in place of what it gives.
    """
    rows = 4 + classes
    weights = [0.0] * (rows * 4 * planes)  # of (column, row, one, mean) of each channel
    for row, plane in ((0, 0), (1, planes), (2, 2 * planes), (3, 2 * planes)):
        weights[row * 4 * planes + plane] = CELL_PX
    for kind in range(min(classes, planes)):
        weights[(4 + kind) * 4 * planes + 3 * planes + kind] = 1.0
    bias = [-CELL_PX / 2] * 2 + [0.0] * (rows - 2)
    nodes = (
        _node("AveragePool", "images", "mean", kernel_shape=(CELL_PX,) * 2, strides=(CELL_PX,) * 2),
        _node("Mul", "mean nought", "nothing"),
        _node("Add", "nothing one", "ones"),
        _node("CumSum", "ones across", "column"),
        _node("CumSum", "ones down", "row"),
        _node("Concat", "column row ones mean", "known", axis=1),
        _node("Conv", "known weights bias", "cells"),
        _node("Reshape", "cells shape", "output0"),
    )
    constants = (
        _tensor("nought", (), (0.0,)), _tensor("one", (), (1.0,)),
        _tensor("across", (), (3,), INTS), _tensor("down", (), (2,), INTS),
        _tensor("weights", (rows, 4 * planes, 1, 1), weights), _tensor("bias", (rows,), bias),
        _tensor("shape", (3,), (1, rows, -1), INTS),
    )  # fmt: skip
    graph = b"".join(_part(1, node) for node in nodes) + _part(2, "bright cells")
    graph += b"".join(_part(5, constant) for constant in constants)
    graph += _part(11, _value("images", (1, planes, size_px[1], size_px[0])))
    graph += _part(12, _value("output0", (1, rows if says is None else says, "cells")))
    path.write_bytes(_model(graph, {} if names is None else {"names": names}))
    return path


def _model(graph: bytes, told: Mapping[str, str]) -> bytes:
    props = b"".join(_part(14, _part(1, key) + _part(2, value)) for key, value in told.items())
    return _number(1, 8) + _part(7, graph) + _part(8, _part(1, "") + _number(2, 14)) + props
