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


def client_token(*parts: object) -> str:
    """Return 32 hexadecimal digits with hyphens, the form of a UUID."""
    digits = digest("client token", *parts)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def block_id(*parts: object) -> str:
    """Return `doxcn` and 22 hexadecimal digits, the form of the ids in documents."""
    return f"doxcn{digest('block', *parts)[:22]}"


def long_id(*parts: object) -> str:
    """Return 19 decimal digits below 2^63, the form of tab and menu ids."""
    return f"7{int(digest('long', *parts), 16) % 10**18:018d}"


def link_token(*parts: object) -> str:
    """Return 32 hexadecimal digits in five groups."""
    digits = digest("link", *parts)
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


def app_token(*parts: object) -> str:
    """Return `a-` and 40 hexadecimal digits."""
    return f"a-{digest('app token', *parts)[:40]}"


def user_token(*parts: object) -> str:
    """Return `u-` and 40 hexadecimal digits."""
    return f"u-{digest('user token', *parts)[:40]}"


def token(*parts: object) -> str:
    """Return `t-` and 40 hexadecimal digits."""
    return f"t-{digest('token', *parts)[:40]}"


def app_ticket(*parts: object) -> str:
    """Return 32 hexadecimal digits."""
    return digest("app ticket", *parts)[:32]


def event_id(*parts: object) -> str:
    """Return 32 hexadecimal digits."""
    return digest("event", *parts)[:32]


def verification_token(*parts: object) -> str:
    """Return 32 hexadecimal digits."""
    return digest("verification token", *parts)[:32]


def message_id(*parts: object) -> str:
    """Return `om_` and 32 hexadecimal digits."""
    return f"om_{digest('message', *parts)[:32]}"


def thread_id(*parts: object) -> str:
    """Return `omt_` and 32 hexadecimal digits."""
    return f"omt_{digest('thread', *parts)[:32]}"


def image_key(*parts: object) -> str:
    """Return `img_v3_` and 32 hexadecimal digits."""
    return f"img_v3_{digest('image', *parts)[:32]}"


def open_department_id(*parts: object) -> str:
    """Return `od-` and 32 hexadecimal digits."""
    return f"od-{digest('department', *parts)[:32]}"
