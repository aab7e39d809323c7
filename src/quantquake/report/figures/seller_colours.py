"""A kind of participant keeps its colour on every page; two of a kind are told apart."""

from __future__ import annotations

from collections.abc import Mapping

from quantquake.report.theme import palette

#: Fill and label, light and dark, from the bottom of the stack up; the only palette of sellers.
FILLS: dict[str, dict[str, tuple[str, str]]] = {
    "margin": {"light": ("#A8530A", "#A8530A"), "dark": ("#E8963C", "#F0A24B")},
    "financing": {"light": ("#E3BE8F", "#7A5A2C"), "dark": ("#6F5330", "#C79A5E")},
    "micro": {"light": ("#D99B52", "#8F5C16"), "dark": ("#A9702F", "#D39A57")},
    "etf": {"light": ("#A39A3F", "#6B651F"), "dark": ("#8F8738", "#C9C06A")},
    "enhanced": {"light": ("#8C7B63", "#6F614C"), "dark": ("#8A7D68", "#B0A28B")},
    "neutral": {"light": ("#4E6E8E", "#3F5F80"), "dark": ("#7FA6CC", "#8FB4D8")},
    "snowball": {"light": ("#93ABC2", "#4A6B8C"), "dark": ("#55789A", "#7FA1C2")},
    "dealer": {"light": ("#6F5B87", "#5B4A72"), "dark": ("#8F79AD", "#B7A3D2")},
    "formula": {"light": ("#6E8B74", "#4E6B55"), "dark": ("#5E7D66", "#8FB39A")},
    "vol": {"light": ("#9DB39F", "#55705B"), "dark": ("#7F9A84", "#A3BFA8")},
    "timing": {"light": ("#C3CFB4", "#68774F"), "dark": ("#4F5F43", "#A5B78F")},
    "buyer": {"light": ("#2F6F7E", "#2A626F"), "dark": ("#5FA3B3", "#7DBECD")},
    "redemption": {"light": ("#C9C3B6", "#6B675E"), "dark": ("#66645E", "#A3A09A")},
}

#: Colour a kind asks for first.
FAMILY = {
    "dma": "margin", "long_short": "margin", "relative_value": "margin", "run_off": "margin",
    "margin_account": "financing", "micro_cap_fund": "micro", "front_runner_fund": "timing",
    "style_timer": "timing", "index_enhanced": "enhanced", "market_neutral": "neutral",
    "basis_arbitrageur": "neutral", "long_substitute": "neutral", "snowball_issuer": "snowball",
    "option_dealer": "dealer", "predator": "dealer", "leveraged_etf": "etf",
    "vol_control": "vol", "var_fund": "formula", "mutual_fund": "redemption",
    "state_buyer": "buyer", "dip_buyer": "buyer", "etf_arbitrageur": "buyer", "etf_creation": "buyer",
    "rotator": "timing",
}  # fmt: skip

#: Order in which colours nobody asked for are given away: unlike their neighbours first.
SPARE = ("dealer", "formula", "snowball", "micro", "timing", "vol", "financing", "etf", "neutral",
         "enhanced", "margin", "redemption", "buyer")  # fmt: skip


def seller_colours(kinds: Mapping[str, str], theme: str) -> dict[str, tuple[str, str]]:
    """Return fill and label colour of each participant.

    Parameters
    ----------
    kinds : mapping of str to str
        Kind of each participant, in the order in which they may choose: the same in every figure of a
        page. One whose colour is taken, or of a kind of the user's own, gets the next free one.
    theme : {"light", "dark"}

    Returns
    -------
    dict of str to (str, str)
        Those for whom no colour is left are grey.
    """
    c = palette(theme)
    free = list(FILLS)
    found: dict[str, tuple[str, str]] = {}
    for name, kind in kinds.items():
        wish = FAMILY.get(kind, "")
        if wish in free:
            free.remove(wish)
            found[name] = FILLS[wish][theme]
    for name in (n for n in kinds if n not in found):
        wish = next((spare for spare in SPARE if spare in free), "")
        found[name] = FILLS[wish][theme] if wish else (c.mute, c.mute)
        free = [f for f in free if f != wish]
    return found


def stack_order(colours: Mapping[str, tuple[str, str]], theme: str) -> list[str]:
    """Names from the bottom of the stack up."""
    order = [fill[theme] for fill in FILLS.values()]
    return sorted(colours, key=lambda n: order.index(colours[n]) if colours[n] in order else 99)
