"""Ids that look like the platform's, made from a seed and a number so that runs can be repeated."""

from __future__ import annotations

import hashlib


def digest(*parts: object) -> str:
    """Return 64 hexadecimal digits that depend on `parts` only."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def chat_id(*parts: object) -> str:
    """Return `oc_` and 32 hexadecimal digits."""
    return f"oc_{digest('chat', *parts)[:32]}"


def open_id(*parts: object) -> str:
    """Return `ou_` and 32 hexadecimal digits."""
    return f"ou_{digest('open', *parts)[:32]}"


def union_id(*parts: object) -> str:
    """Return `on_` and 32 hexadecimal digits."""
    return f"on_{digest('union', *parts)[:32]}"


def user_id(*parts: object) -> str:
    """Return 8 hexadecimal digits."""
    return digest("user", *parts)[:8]


def long_id(*parts: object) -> str:
    """Return 19 decimal digits below 2^63, the form of tab and menu ids."""
    return f"7{int(digest('long', *parts), 16) % 10**18:018d}"


def app_token(*parts: object) -> str:
    """Return `a-` and 40 hexadecimal digits."""
    return f"a-{digest('app token', *parts)[:40]}"


def user_token(*parts: object) -> str:
    """Return `u-` and 40 hexadecimal digits."""
    return f"u-{digest('user token', *parts)[:40]}"


def token(*parts: object) -> str:
    """Return `t-` and 40 hexadecimal digits."""
    return f"t-{digest('token', *parts)[:40]}"
