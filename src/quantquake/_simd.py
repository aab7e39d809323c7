"""Short vectors as numba values, for loops that LLVM will not vectorise by itself.

A vector of 16 int16 or float32 lives in registers between operations; LLVM splits it on
processors with narrower ones, so kernels stay portable. Operations are functions, because
numba has no way to type a namespace: ``from quantquake._simd import load_i16x16, count_lt``.

Every operation has a twin on plain NumPy arrays (`PLAIN`), which is what the name means under
``NUMBA_DISABLE_JIT=1``. Arrays handed to loads and stores are one-dimensional; positions count
elements and should be ``np.uint64``, which spares the test for negative ones.

After editing this file raise `VERSION`: numba's cache notices only a kernel's own file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

from quantquake._jit import DISABLED

VERSION = 3
PLAIN: dict[str, Callable[..., Any]] = {}
"""Operation name -> the same operation on NumPy arrays of one vector's length."""


class Vec(types.Type):
    """A vector of `lanes` elements of a numba scalar type."""

    def __init__(self, element: Any, lanes: int) -> None:
        self.element, self.lanes = element, lanes
        super().__init__(f"Vec{lanes}x{element}")


@register_model(Vec)
class _VecModel(models.PrimitiveModel):
    def __init__(self, manager: Any, vec: Vec) -> None:
        element = manager.lookup(vec.element).get_value_type()
        super().__init__(manager, vec, ir.VectorType(element, vec.lanes))  # type: ignore[no-untyped-call]


I16x16 = Vec(types.int16, 16)
F32x16 = Vec(types.float32, 16)
F64x8 = Vec(types.float64, 8)


def aligned(shape: int | tuple[int, ...], dtype: Any) -> npt.NDArray[Any]:
    """Allocate an uninitialised array on a 64-byte boundary: a 512-bit load then never splits."""
    dtype = np.dtype(dtype)
    size = int(np.prod(shape))
    raw = np.empty(size * dtype.itemsize + 64, np.uint8)
    skip = -raw.ctypes.data & 63
    inside: npt.NDArray[Any] = raw[skip : skip + size * dtype.itemsize].view(dtype)
    return inside.reshape(shape)


def _operation(plain: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    """Make an intrinsic of a typing function, keeping its plain twin under the same name."""

    def wrap(typing: Callable[..., Any]) -> Any:
        PLAIN[typing.__name__] = plain
        return plain if DISABLED else intrinsic(typing)

    return wrap


def _pointer(context: Any, builder: Any, signature: Any, arguments: Any, vec: Vec) -> Any:
    data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    place = builder.gep(data, [arguments[1]])
    return builder.bitcast(place, context.get_value_type(vec).as_pointer())


def _bytes(vec: Vec) -> int:
    return int(vec.element.bitwidth) // 8


def _loader(vec: Vec) -> Callable[..., Any]:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = builder.load(_pointer(context, builder, signature, arguments, vec))
        value.align = _bytes(vec)  # the element's: rows of a caller's array start anywhere
        return value

    return codegen


def _plain_load(lanes: int) -> Callable[..., Any]:
    return lambda array, i: array[int(i) : int(i) + lanes].copy()


@_operation(_plain_load(16))
def load_i16x16(_context, array, _i):  # type: ignore[no-untyped-def]
    """Read 16 int16 from ``array[i:]``."""
    return I16x16(array, _i), _loader(I16x16)


@_operation(_plain_load(16))
def load_f32x16(_context, array, _i):  # type: ignore[no-untyped-def]
    """Read 16 float32 from ``array[i:]``."""
    return F32x16(array, _i), _loader(F32x16)


@_operation(_plain_load(8))
def load_f64x8(_context, array, _i):  # type: ignore[no-untyped-def]
    """Read 8 float64 from ``array[i:]``."""
    return F64x8(array, _i), _loader(F64x8)


def _plain_store(array: npt.NDArray[Any], i: Any, x: npt.NDArray[Any]) -> None:
    array[int(i) : int(i) + len(x)] = x


@_operation(_plain_store)
def store(_context, array, _i, x):  # type: ignore[no-untyped-def]
    """Write the vector to ``array[i:]``."""

    def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        place = _pointer(context, builder, signature, arguments, x)
        builder.store(arguments[2], place).align = _bytes(x)
        return context.get_dummy_value()

    return types.void(array, _i, x), codegen


def _splatter(vec: Vec) -> Callable[..., Any]:
    def codegen(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(vec)
        one = builder.insert_element(
            ir.Constant(kind, ir.Undefined), arguments[0], ir.Constant(ir.IntType(32), 0)
        )
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), vec.lanes), [0] * vec.lanes)
        return builder.shuffle_vector(one, one, lanes)

    return codegen


@_operation(lambda x: np.full(16, x, np.int16))
def splat_i16x16(_context, _x):  # type: ignore[no-untyped-def]
    """Give 16 lanes the same int16."""
    return I16x16(types.int16), _splatter(I16x16)


@_operation(lambda x: np.full(16, x, np.float32))
def splat_f32x16(_context, _x):  # type: ignore[no-untyped-def]
    """Give 16 lanes the same float32."""
    return F32x16(types.float32), _splatter(F32x16)


def _plain_count_lt(count: Any, x: Any, y: Any) -> Any:
    return count + (x < y).astype(count.dtype)


@_operation(_plain_count_lt)
def count_lt(_context, count, x, y):  # type: ignore[no-untyped-def]
    """``count + (x < y)``, lane by lane: one compare and one subtraction of its -1. Integers.

    256 bits wide this is two instructions anywhere; 512-bit compares land in mask registers
    and need a third to come back (0.060 against 0.037 s for the count of 3,500 x 5,000, Zen 4).
    """

    def codegen(context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        below = builder.icmp_signed("<", arguments[1], arguments[2])
        return builder.sub(arguments[0], builder.sext(below, context.get_value_type(count)))

    return count(count, x, y), codegen


def _lanewise(name_int: str, name_float: str) -> Callable[..., Any]:
    def typing(_context: Any, x: Vec, y: Vec) -> Any:
        name = name_float if isinstance(x.element, types.Float) else name_int

        def codegen(_c: Any, builder: Any, _s: Any, arguments: Any) -> Any:
            return getattr(builder, name)(arguments[0], arguments[1])

        return x(x, y), codegen

    return typing


def _named(name: str, typing: Callable[..., Any], doc: str) -> Callable[..., Any]:
    typing.__name__, typing.__doc__ = name, doc
    return typing


add = _operation(np.add)(_named("add", _lanewise("add", "fadd"), "``x + y``, lane by lane."))
sub = _operation(np.subtract)(_named("sub", _lanewise("sub", "fsub"), "``x - y``, lane by lane."))
mul = _operation(np.multiply)(_named("mul", _lanewise("mul", "fmul"), "``x * y``, lane by lane."))


@_operation(lambda x, s: x * np.asarray(x).dtype.type(s))
def times(_context, x, _s):  # type: ignore[no-untyped-def]
    """``x * s`` with one float for all lanes."""

    def codegen(context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        other = _splatter(x)(context, builder, None, [arguments[1]])
        return builder.fmul(arguments[0], other)

    return x(x, x.element), codegen


@_operation(np.sqrt)
def sqrt(_context, x):  # type: ignore[no-untyped-def]
    """Square root, lane by lane. Floats."""

    def codegen(context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        kind = context.get_value_type(x)
        bits = x.element.bitwidth
        function = builder.module.declare_intrinsic(
            f"llvm.sqrt.v{x.lanes}f{bits}", fnty=ir.FunctionType(kind, [kind])
        )
        return builder.call(function, arguments)

    return x(x), codegen


def _plain_add_if_ge(total: Any, addend: Any, x: Any, y: Any) -> Any:
    return np.where(x >= y, total + addend, total)


@_operation(_plain_add_if_ge)
def add_if_ge(_context, total, addend, x, y):  # type: ignore[no-untyped-def]
    """``total + addend`` in lanes where ``x >= y``, else `total`. Floats; NaN compares false."""

    def codegen(_c, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        more = builder.fadd(arguments[0], arguments[1])
        high = builder.fcmp_ordered(">=", arguments[2], arguments[3])
        return builder.select(high, more, arguments[0])

    return total(total, addend, x, y), codegen


@_operation(lambda x, y, a, b: np.where(x >= y, a, b))
def where_ge(_context, x, y, a, b):  # type: ignore[no-untyped-def]
    """`a` in lanes where ``x >= y``, else `b`. Floats; NaN compares false."""

    def codegen(_c, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        high = builder.fcmp_ordered(">=", arguments[0], arguments[1])
        return builder.select(high, arguments[2], arguments[3])

    return a(x, y, a, b), codegen


def _plain_transpose(source: Any, start: Any, step: Any, factor: Any, into: Any, i: Any) -> None:
    rows = [source[int(start) + r * int(step) :][:16] for r in range(16)]
    into[int(i) : int(i) + 256] = (np.stack(rows, axis=1) * factor).ravel()


@_operation(_plain_transpose)
def transpose_f32x16(_context, source, _start, _step, factor, into, _i):  # type: ignore[no-untyped-def]
    """Read 16 float32 from each of 16 rows `step` apart; write them side by side, times `factor`.

    Four rounds that interleave row r with row r + 8 turn rows into columns.
    """

    def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        lanes = [list(range(h, h + 8)) for h in (0, 8)]
        masks = [
            ir.Constant(ir.VectorType(ir.IntType(32), 16), [x for j in half for x in (j, j + 16)])
            for half in lanes
        ]
        position, rows = arguments[1], []
        for _ in range(16):
            rows.append(_loader(F32x16)(context, builder, signature, [arguments[0], position]))
            position = builder.add(position, arguments[2])
        for _ in range(4):
            rows = [
                builder.shuffle_vector(rows[r], rows[r + 8], mask)
                for r in range(8)
                for mask in masks
            ]
        data = context.make_array(signature.args[4])(context, builder, arguments[4]).data
        for r, row in enumerate(rows):
            offset = builder.add(arguments[5], ir.Constant(arguments[5].type, 16 * r))
            place = builder.bitcast(
                builder.gep(data, [offset]), context.get_value_type(F32x16).as_pointer()
            )
            builder.store(builder.fmul(row, arguments[3]), place).align = 4
        return context.get_dummy_value()

    return types.void(source, _start, _step, factor, into, _i), codegen


# --- four at a time, fetched from where they lie --------------------------------------------------


def _quad(array: Any) -> Vec:
    return Vec(array.dtype, 4)


@_operation(lambda array: np.zeros(4, array.dtype))
def no_quad(_context, array):  # type: ignore[no-untyped-def]
    """Four zeros of the element type of `array`."""
    vec = _quad(array)

    def codegen(context, _builder, _signature, _arguments):  # type: ignore[no-untyped-def]
        return ir.Constant(context.get_value_type(vec), None)

    return vec(array), codegen


def _plain_gather(total: Any, factor: Any, words: Any, m: Any, source: Any) -> Any:
    places = [(int(words[int(m)]) >> shift) & 0xFFFF for shift in (0, 16, 32, 48)]
    return total + factor[4 * int(m) : 4 * int(m) + 4] * source[places]


@_operation(_plain_gather)
def add_gathered(_context, total, factor, words, _m, source):  # type: ignore[no-untyped-def]
    """``total + factor[4 m :] * source[places]``, the four places being the uint16 in ``words[m]``.

    Four scalar loads joined in a register: 0.33 against 0.35 ns an element (Zen 4, cache) for
    scalar sums, where the loads of `factor` compete, and a third of hardware gathers.
    """

    def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        m, kind, number = arguments[3], context.get_value_type(total), ir.IntType(64)
        data = [
            context.make_array(signature.args[k])(context, builder, arguments[k]).data
            for k in (1, 2, 4)
        ]
        first = builder.gep(data[0], [builder.shl(m, ir.Constant(number, 2))])
        factors = builder.load(builder.bitcast(first, kind.as_pointer()))
        factors.align = _bytes(total)
        word, found = builder.load(builder.gep(data[1], [m])), ir.Constant(kind, ir.Undefined)
        for lane in range(4):
            place = builder.lshr(word, ir.Constant(number, 16 * lane))
            place = builder.and_(place, ir.Constant(number, 0xFFFF))
            value = builder.load(builder.gep(data[2], [place]))
            found = builder.insert_element(found, value, ir.Constant(ir.IntType(32), lane))
        product = builder.fmul(factors, found, flags=("contract",))
        return builder.fadd(arguments[0], product, flags=("contract",))

    return total(total, factor, words, _m, source), codegen


@_operation(lambda x, y: ((x[0] + y[0]) + (x[2] + y[2])) + ((x[1] + y[1]) + (x[3] + y[3])))
def sum_quads(_context, x, y):  # type: ignore[no-untyped-def]
    """Sum of the eight numbers of two quads."""

    def codegen(_c, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        both = builder.fadd(arguments[0], arguments[1])
        a, b, c, d = (
            builder.extract_element(both, ir.Constant(ir.IntType(32), lane)) for lane in range(4)
        )
        return builder.fadd(builder.fadd(a, c), builder.fadd(b, d))

    return x.element(x, y), codegen


@_operation(lambda total, x, s: total + x * np.asarray(x).dtype.type(s))
def add_times(_context, total, x, _s):  # type: ignore[no-untyped-def]
    """``total + x * s`` with one float for all lanes."""

    def codegen(context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        other = _splatter(x)(context, builder, None, [arguments[2]])
        product = builder.fmul(arguments[1], other, flags=("contract",))
        return builder.fadd(arguments[0], product, flags=("contract",))

    return total(total, x, x.element), codegen


@_operation(lambda _array, _i: None)
def fetch_ahead(_context, array, _i):  # type: ignore[no-untyped-def]
    """Ask for the cache line of ``array[i]``; may point past the end, which asks for nothing."""

    def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        # Read, wanted in the second-level cache (2), data.
        function = builder.module.declare_intrinsic("llvm.prefetch.p0", fnty=kind)
        place = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(function, [place, *(ir.Constant(number, k) for k in (0, 2, 1))])
        return context.get_dummy_value()

    return types.void(array, _i), codegen
