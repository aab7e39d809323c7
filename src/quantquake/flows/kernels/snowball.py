"""Plain, slow engine; stands in until the compiled one replaces it."""

# ruff: noqa
# mypy: ignore-errors
import numpy as np
from numpy.polynomial import polynomial as P
from math import factorial


def table(p):
    """c_j(theta)=sum_d T[j,d] theta^d : correction to Heaviside at nodes j=-p..p-1 (node position j, edge at -theta)"""
    B = [1, -0.5, 1 / 6, 0, -1 / 30, 0, 1 / 42, 0, -1 / 30, 0, 5 / 66, 0]
    js = np.arange(-p, p)
    T = np.zeros((2 * p, 2 * p + 1))
    for a, j in enumerate(js):
        L = np.array([1.0])
        for k in js:
            if k != j:
                L = P.polymul(L, np.array([-k, 1.0]) / (j - k))
        c0 = 0.0
        d = L.copy()
        for m in range(1, 2 * p + 1):
            c0 += B[m] / factorial(m) * d[0]
            d = P.polyder(d) if len(d) > 1 else np.array([0.0])
        I = P.polyint(L)  # int_{-theta}^0 L = -I(-theta)
        c = -I * (-1.0) ** np.arange(len(I))
        c[0] += c0
        T[a, : len(c)] = c
    return T


TT = {p: table(p) for p in (1, 2, 3, 4, 5)}


def H(x0, h, n, edge, p):
    w = np.zeros(n)
    if edge == -np.inf:
        return np.ones(n)
    if edge == np.inf:
        return w
    k0 = int(np.ceil((edge - x0) / h))
    th = (x0 + k0 * h - edge) / h
    w[max(k0, 0) :] = 1
    c = TT[p] @ th ** np.arange(2 * p + 1)
    for a in range(2 * p):
        k = k0 - p + a
        if 0 <= k < n:
            w[k] += c[a]
    return w


def kern(h, sd, mu, c):
    half = int(np.ceil((c * sd + abs(mu)) / h))
    k = np.arange(-half, half + 1)
    return h / (sd * np.sqrt(2 * np.pi)) * np.exp(-0.5 * ((k * h - mu) / sd) ** 2)


def read(x, x0, h, S, sd, mu, c):
    y = x0 + h * np.arange(len(S))
    z = (y[None] - x[:, None] - mu) / sd
    w = np.where(abs(z) < c, h / (sd * np.sqrt(2 * np.pi)) * np.exp(-0.5 * z * z), 0)
    return w @ S, (w * z / sd) @ S, (w * (z * z - 1) / sd**2) @ S


def price(S, t, vol, r, q, rho=3.0, rhov=3.0, p=3, c=7.0):
    N = t["N"]
    Y = t.get("Y", 252.0)
    dt = 1 / Y
    obs = np.array(t["obs"], int)
    ko = np.array(t["ko"], float)
    pay = np.array(t["pay"], float)
    cb = np.array(t.get("cb", np.full(len(obs), np.inf)))
    cc = np.array(t.get("cc", np.zeros(len(obs))))
    K = t.get("strike", 1.0)
    F = t.get("floor", 0.0)
    off = t.get("off", 0.0)
    bp = t["bonus_pay"]
    ki = t["ki"]
    mode = t.get("mode", "daily")
    kin = t.get("kin", False)
    vol, r, q = (np.broadcast_to(np.asarray(v, float), (N,)) for v in (vol, r, q))
    sd = vol * np.sqrt(dt)
    mu = (r - q) * dt - 0.5 * sd * sd
    disc = np.exp(-r * dt)
    x = np.log(S)
    if len(obs) == 0 or obs[-1] < N:
        obs = np.append(obs, N)
        ko = np.append(ko, np.inf)
        pay = np.append(pay, 0)
        cb = np.append(cb, np.inf)
        cc = np.append(cc, 0)
    M = len(obs)
    st = np.r_[0, obs]
    lko = np.log(ko)
    lK = np.log(K) if K > 0 else -np.inf
    lF = np.log(K - 1 + F) if K - 1 + F > 0 else -np.inf
    lki = np.log(ki) if ki > 0 else -np.inf
    with np.errstate(divide="ignore"):
        lcb = np.log(cb)
    eK = min(lK, lko[-1])
    eF = min(lF, lko[-1])
    edge = (
        np.inf if (kin or mode == "daily") else (-np.inf if mode == "never" else min(lki, lko[-1]))
    )
    # V
    var = [np.sum(sd[st[i] : st[i + 1]] ** 2) for i in range(M)]
    mm = [np.sum(mu[st[i] : st[i + 1]]) for i in range(M)]
    dd = [np.prod(disc[st[i] : st[i + 1]]) for i in range(M)]
    hV = min(np.sqrt(var[1:]), default=np.inf) / rhov
    h1 = min(hV, np.sqrt(var[0]) / rhov)
    fin = [e for e in (*lko, lK, lF, *(l for l in lcb)) if np.isfinite(e)] + (
        [edge] if np.isfinite(edge) else []
    )
    lo0 = min(fin)
    hi0 = max(max(fin), x.max())
    tot = np.sqrt(sum(var))
    dr = abs(np.array(mm)).sum()
    lo = min(lo0, x.min()) - c * tot - dr
    hi = hi0 + c * tot + dr  # generous

    def grid(h):
        n = int((hi - lo) / h) + 2
        return lo, h, n

    V = None
    vhi = None
    for i in range(M - 1, -1, -1):
        x0, h, n = grid(h1 if i == 0 else hV)
        y = x0 + h * np.arange(n)
        Hk = H(x0, h, n, lko[i], p)
        if i == M - 1:
            high = (
                pay[i] + (cc[i] if np.isfinite(lcb[i]) or lcb[i] == -np.inf else 0)
                if np.isfinite(lko[i])
                else (bp if edge != np.inf else 1 + off) + (cc[i] if lcb[i] < np.inf else 0)
            )
            low = np.full(n, F + off) if lF > -np.inf else 1 + off - K + np.exp(y)
            if K <= 0:
                low = np.full(n, 1 + off)
            mid = 1 + off - K + np.exp(y)
            right = 1 + off
            HF = H(x0, h, n, eF, p)
            HK = H(x0, h, n, eK, p)
            Sx = low * (1 - HF) + mid * (HF - HK) + right * (HK - Hk) - high * (1 - Hk)
            if lF == -np.inf:
                Sx = mid * (1 - HK) + right * (HK - Hk) - high * (1 - Hk)
            if K <= 0:
                Sx = right * (1 - Hk) - high * (1 - Hk)
            if edge < np.inf:
                He = H(x0, h, n, edge, p)
                HKe = H(x0, h, n, max(eK, edge), p)
                HFe = H(x0, h, n, max(eF, edge), p)
                g1 = (
                    low * (He - HFe) + mid * (HFe - HKe) + right * (HKe - Hk)
                    if lF > -np.inf
                    else mid * (He - HKe) + right * (HKe - Hk)
                )
                if K <= 0:
                    g1 = right * (He - Hk)
                Sx = Sx + bp * (He - Hk) - g1
        else:
            # values at date i from source at i+1
            if i == 0 and h1 < hV:
                sx0, sh, sn = grid(hV)
                val = dd[1] * (vhi + read(y, sx0, sh, Sx, np.sqrt(var[1]), mm[1], c)[0])
            else:
                k = kern(h, np.sqrt(var[i + 1]), mm[i + 1], c)
                half = len(k) // 2
                pad = np.r_[np.full(half, Sx[0]) * 0 + asym(y, h, half, Sx), Sx, np.zeros(half)]
                val = dd[i + 1] * (vhi + np.correlate(pad, k, "valid"))
            high = (
                pay[i] + (cc[i] if lcb[i] < np.inf else 0)
                if np.isfinite(lko[i])
                else (cc[i] if lcb[i] < np.inf else 0) + dd[i + 1] * vhi
            )
            Hc = H(x0, h, n, min(lcb[i], lko[i]), p)
            Sx = (val - high) * (1 - Hk) + cc[i] * (Hc - Hk)
        vhi = high

    def fin_(x):
        a, b, d = read(x, x0, h, Sx, np.sqrt(var[0]), mm[0], c)
        return dd[0] * np.array([vhi + a, b, d])

    out = fin_(x)
    if kin or mode != "daily":
        return conv(S, out)
    # D
    h = sd.min() / rho
    hD = h
    hiD = max(max([e for e in lko if np.isfinite(e)], default=x.max()), x.max()) + c * tot + dr
    n = int((hiD - lki) / h) + 2 * p
    x0 = lki + (0.5 - p) * h
    y = x0 + h * np.arange(n)
    HI = H(x0, h, n, lki, p)

    def hk(e):
        return H(x0, h, n, max(e, lki), p)

    j = dict((o, i) for i, o in enumerate(obs))
    eK, eF = max(eK, lki), max(eF, lki)
    Hk = hk(lko[-1])
    HK = hk(eK)
    HF = hk(eF)
    mid = 1 + off - K + np.exp(y)
    Sx = (
        bp * (HI - Hk)
        - (F + off) * (HF - HF if lF == -np.inf else HI - HF)
        - mid * ((HI - HK) if lF == -np.inf else HF - HK)
        - (1 + off) * (HK - Hk)
    )
    key = None
    for s in range(N - 1, 0, -1):
        if key != (sd[s], mu[s]):
            k = kern(h, sd[s], mu[s], c)
            half = len(k) // 2
            key = (sd[s], mu[s])
        D = disc[s] * np.correlate(np.r_[np.zeros(half), Sx, np.full(half, Sx[-1])], k, "valid")
        w = HI
        if s in j and np.isfinite(lko[j[s]]):
            w = HI - hk(lko[j[s]])
        Sx = D * w
    a = np.array(read(x, x0, h, Sx, sd[0], mu[0], c)) * disc[0]
    out = out + np.where(x > lki, a, 0)
    return conv(S, out)


def asym(y, h, half, Sx):
    # extend linearly in e^x: fit from the two lowest nodes
    e0, e1 = np.exp(y[0]), np.exp(y[1])
    b = (Sx[1] - Sx[0]) / (e1 - e0)
    a = Sx[0] - b * e0
    yy = y[0] - h * np.arange(half, 0, -1)
    return a + b * np.exp(yy)


def conv(S, o):
    return o[0], o[1] / S, (o[2] - o[1]) / S**2
