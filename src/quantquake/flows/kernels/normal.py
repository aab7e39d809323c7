"""exp, log and the normal tail without a branch, so that the caller's loop runs in vectors.

They are inlined and take the caller's flags: a caller must not allow `reassoc`, which would fold
the rounding ``(x + MAGIC) - MAGIC`` away and be wrong by anything. numba's cache notices only a
kernel's own file: after editing this one, raise `VERSION` in the kernels that use it.
"""

from __future__ import annotations

import numpy as np

from quantquake._jit import jit

MAGIC = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number in the low bits
LOG2E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
HALF_ROOT = 0x3FE6A09E667F3BCD  # bits of the square root of one half
DENSITY = 0.3989422804014327  # of the standard normal at zero


@jit(inline="always")
def exp(x: float) -> float:
    """``e**x``, held inside the doubles: below -708 it stays at 3e-308, above 708 at 3e307."""
    x = 708.0 if x > 708.0 else x
    x = -708.0 if x < -708.0 else x
    t = x * LOG2E + MAGIC
    n = t - MAGIC
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = 1.6059043836821613e-10  # 1/13! down to 1/2!: Taylor, |r| <= 0.35
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 1.984126984126984e-04
    p = p * r + 1.388888888888889e-03
    p = p * r + 8.333333333333333e-03
    p = p * r + 4.1666666666666664e-02
    p = p * r + 1.6666666666666666e-01
    p = p * r + 0.5
    p = p * r * r + r
    power = np.int64((np.float64(t).view(np.int64) + np.int64(1023)) << np.int64(52)).view(
        np.float64
    )
    return p * power + power


@jit(inline="always")
def power_of_two(y: float) -> float:
    """``2**y`` for y <= 0; below -1021 it stays at 4e-308. One constant fewer than `exp`."""
    y = -1021.0 if y < -1021.0 else y
    t = y + MAGIC
    f = y - (t - MAGIC)
    p = 1.3691488853904128e-12  # ln(2)**k / k!, k = 13 ... 0, |f| <= 1/2
    p = p * f + 2.5678435993488206e-11
    p = p * f + 4.4455382718708116e-10
    p = p * f + 7.054911620801123e-09
    p = p * f + 1.0178086009239699e-07
    p = p * f + 1.3215486790144307e-06
    p = p * f + 1.525273380405984e-05
    p = p * f + 1.5403530393381608e-04
    p = p * f + 1.3333558146428443e-03
    p = p * f + 9.618129107628477e-03
    p = p * f + 5.5504108664821576e-02
    p = p * f + 2.402265069591007e-01
    p = p * f + 6.931471805599453e-01
    p = p * f + 1.0
    # The exponent of p is moved in place: one addition of bits instead of a product.
    bits = np.float64(p).view(np.int64) + (np.float64(t).view(np.int64) << np.int64(52))
    return np.int64(bits).view(np.float64)


@jit(inline="always")
def log(x: float) -> float:
    """Natural logarithm of a normal positive double; anything else gives nonsense, not an error.

    Mantissa in [sqrt(1/2), sqrt(2)), then the series of Remez for ``log((1 + s) / (1 - s))``.
    """
    bits = np.float64(x).view(np.int64)
    e = (bits - np.int64(HALF_ROOT)) >> np.int64(52)
    m = np.int64(bits - (e << np.int64(52))).view(np.float64)
    k = np.float64(e)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 1.479819860511658591e-01
    p = p * z + 1.531383769920937332e-01
    p = p * z + 1.818357216161805012e-01
    p = p * z + 2.222219843214978396e-01
    p = p * z + 2.857142874366239149e-01
    p = p * z + 3.999999999940941908e-01
    p = p * z + 6.666666666666735130e-01
    h = 0.5 * f * f
    return k * LN2_HIGH - ((h - (s * (h + p * z) + k * LN2_LOW)) - f)


@jit(inline="always")
def tail(d: float) -> float:
    """Normal tail beyond ``abs(d)`` over ``exp(-d*d/2)``: half of erfcx(abs(d) / sqrt(2)).

    ``erfcx(z) * (1 + 2 z)`` is smooth in u = (z - 3.75) / (z + 3.75), -1 to 1: interpolated at
    39 Chebyshev points in 60 digits, cut at degree 22 (1e-15), written in powers of u.
    """
    z = abs(d) * 0.7071067811865476
    u = (z - 3.75) / (z + 3.75)
    p = -2.623107347133476e-09
    p = p * u - 1.9551358868985616e-09
    p = p * u + 3.197926671666804e-08
    p = p * u + 1.879082322370048e-08
    p = p * u - 2.4857126248016745e-07
    p = p * u - 5.084465378687302e-08
    p = p * u + 1.7419821586224816e-06
    p = p * u - 9.792625707303523e-07
    p = p * u - 1.1438048033346894e-05
    p = p * u + 2.2387565714911816e-05
    p = p * u + 5.164652974177416e-05
    p = p * u - 0.00029015535246077655
    p = p * u + 0.000293714378044958
    p = p * u + 0.0017556261651970652
    p = p * u - 0.009746579683265262
    p = p * u + 0.02836227737211114
    p = p * u - 0.05869339857664934
    p = p * u + 0.09230432116428125
    p = p * u - 0.10880393014244462
    p = p * u + 0.08227673848999506
    p = p * u + 0.0035854154854790257
    p = p * u - 0.14024059858554525
    p = p * u + 1.2375126308378275
    return 0.5 * p / (1.0 + 2.0 * z)
