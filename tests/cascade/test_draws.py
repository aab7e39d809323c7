"""Random numbers by address."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from quantquake.cascade.draws import Draws, numbers
from quantquake.cascade.kernels import philox

# Known answers of philox4x32-10: D. E. Shaw Research, Random123, `kat_vectors`.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_the_published_vectors(counter, key, words):
    got = philox.block(*map(np.uint64, counter), *map(np.uint64, key))
    assert tuple(int(w) for w in got) == words


def test_normals_are_normal_and_independent():
    x = Draws.of(1, range(50)).normals("a", 3, numbers([f"n{k}" for k in range(2000)]))
    assert stats.kstest(x.ravel(), "norm").pvalue > 0.001
    assert abs(np.corrcoef(x[:-1].ravel(), x[1:].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(x[:, :-1].ravel(), x[:, 1:].ravel())[0, 1]) < 0.02


def test_a_draw_hangs_on_its_address_alone():
    names = numbers(["x", "y", "z"])
    whole = Draws.of(5, range(10)).normals("s", 7, names)
    part = Draws.of(5, [8]).normals("s", 7, names[::-1])
    assert (part[:, 0] == whole[::-1, 8]).all()
    for other in (
        Draws.of(6, range(10)).normals("s", 7, names),
        Draws.of(5, range(10)).normals("t", 7, names),
        Draws.of(5, range(10)).normals("s", 8, names),
    ):
        assert not np.isclose(other, whole).any()
