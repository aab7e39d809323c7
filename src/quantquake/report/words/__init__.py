"""Every sentence the reader sees, by code: the rooms send codes, this room says them."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from quantquake.errors import ConfigError

LANGUAGES = ("en", "zh")
_NUMBER = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?%?")


def check_language(lang: str) -> str:
    """Return `lang` if there are words for it.

    Raises
    ------
    ConfigError
        If the language is unknown.
    """
    if lang not in LANGUAGES:
        raise ConfigError(
            f"language {lang!r} is unknown: there are no words for it. "
            f"Choose one of {', '.join(LANGUAGES)}."
        )
    return lang


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Return all texts of a language, keyed by dotted code such as ``board.title``."""
    source = files(__name__).joinpath(f"{check_language(lang)}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(source), ""))


def _flatten(table: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            out.extend(_flatten(value, f"{prefix}{key}."))
        else:
            out.append((prefix + key, str(value)))
    return out


def say(code: str, lang: str, *counts: object, **values: object) -> str:
    """Return the text of `code`, with `counts` and `values` filled into its placeholders.

    Raises
    ------
    ConfigError
        If the code has no text, or a placeholder no value.
    """
    texts = catalogue(lang)
    if code not in texts:
        near = difflib.get_close_matches(code, texts, n=3) or ["none alike"]
        raise ConfigError(
            f"no {lang} text for code {code!r}: the reader would see a bare code. "
            f"Add it to report/words/{lang}.toml; nearest: {', '.join(near)}."
        )
    try:
        return texts[code].format(*counts, **values)
    except KeyError as missing:
        raise ConfigError(
            f"text {code!r} ({lang}) needs a value for {missing}: the sentence would have a hole. "
            f"Pass it to say(); given were {sorted(values)}."
        ) from missing


def known(code: str, lang: str) -> bool:
    """Tell whether there is a text for `code`."""
    return code in catalogue(lang)


def phrase(section: str, text: str, lang: str) -> str | None:
    """Return the wording of a code or short phrase sent by another room, None if we have none.

    A code such as ``small_caps_sold`` is looked up as it stands, a phrase by its slug; one with
    numbers, such as "4 of 5 contracts", by the slug ``n-of-n-contracts``, whose text has ``{0}``
    and ``{1}`` in their places.
    """
    counts = _NUMBER.findall(text)
    for key in (text, slug(text), slug(_NUMBER.sub(" n ", text))):
        if known(f"{section}.{key}", lang):
            return say(f"{section}.{key}", lang, *counts)
    return None


def name(text: str, lang: str) -> str:
    """Return a basket's, index's or product's name in the reader's language, else as given."""
    return phrase("name", text, lang) or text


def slug(text: str) -> str:
    """Return lower-case words joined by hyphens, the form of keys for phrases."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
