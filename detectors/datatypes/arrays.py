"""Checked, read-only numpy arrays: how every datatype here stores its numbers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Float64Array = NDArray[np.float64]
Float32Array = NDArray[np.float32]
Int64Array = NDArray[np.int64]
Int8Array = NDArray[np.int8]
UInt8Array = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]


class ShapeError(ValueError):
    """An array does not have the shape, the type or the values that its owner needs."""


def frozen_array(
    owner: str, values: ArrayLike, shape: tuple[int | None, ...], dtype: DTypeLike
) -> NDArray[Any]:
    """Return `values` as a read-only array of `dtype`; a `None` in `shape` matches any length.

    The array is viewed, not copied, where its type already fits; a writable owner is left alone.
    Raises ShapeError that names `owner`, the expected and the given shape.
    """
    array = np.asarray(values, dtype=dtype)
    if array.size == 0 and array.ndim != len(shape):
        array = array.reshape(tuple(0 if n is None else n for n in shape))
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = tuple("N" if n is None else n for n in shape)
        msg = f"{owner}: expected an array of shape {wanted}, got {array.shape}"
        raise ShapeError(msg)
    view = array.view()
    view.flags.writeable = False
    return view


def finite_array(
    owner: str, values: ArrayLike, shape: tuple[int | None, ...], dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Like `frozen_array`, and refuse NaN and infinity."""
    array = frozen_array(owner, values, shape, dtype)
    if not np.isfinite(array).all():
        msg = f"{owner}: every number must be finite"
        raise ShapeError(msg)
    return array
