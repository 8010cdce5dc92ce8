"""Search for groups by keyword. Source: chats.openapi.yaml, chat_search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from reconciler.emulator.fields import Fields, Text
from reconciler.emulator.handlers.access import require_usable_app
from reconciler.emulator.handlers.chats import USER_ID_TYPE
from reconciler.emulator.handlers.paging import PAGE_FIELDS, load_token, page, page_size
from reconciler.emulator.handlers.views import list_item
from reconciler.emulator.operation import Call
from reconciler.emulator.pinyin import syllable
from reconciler.emulator.store import SearchedChat
from reconciler.emulator.wire import Refusal

LONGEST_KEYWORD = 64

QUERY = Fields({"user_id_type": USER_ID_TYPE, "query": Text(), **PAGE_FIELDS})

_BEGINNING = re.compile(r"[\u3040-\u9fff]|[^\W\u3040-\u9fff]+|[^\w\s]")
"""Where a match may begin: every word, every East Asian character, every sign."""


def chat_search(call: Call) -> dict[str, Any]:
    """Return one page of the groups that the caller can see and that fit the keyword.

    Names are those of some time ago (`Tenant.search_lag`); who may see a group, and what the answer shows of
    it, is as of now.
    """
    require_usable_app(call)
    if "query" not in call.query and call.readings.omitted_query == "refused":
        raise Refusal(232001)
    query, size = call.query.get("query", ""), page_size(call)
    scope = f"search:{call.caller.id}:{query}"
    position = load_token(scope, call.query)
    keyword = _keyword(query)
    found = list(islice(_fitting(call, keyword, position), size + 1)) if keyword else []
    chats = [call.store.chat(each.chat_id) for each in found[:size]]
    items = [list_item(call, chat, call.query["user_id_type"]) for chat in chats if chat is not None]
    return page(call, items, scope, found[size - 1].number if len(found) > size else None)


def _keyword(query: str) -> str:
    """Return what to look for; an empty text for a query that finds nothing."""
    keyword = _plain(query)
    if len(query) > LONGEST_KEYWORD:
        return ""
    if len(keyword) > 1 and keyword[0] == keyword[-1] == '"':
        return keyword[1:-1].strip()
    # What a bare hyphen does is not written, only that it is to be avoided; nobody shall come to rely on it.
    return "" if "-" in keyword else keyword


def _fitting(call: Call, keyword: str, position: int) -> Iterator[SearchedChat]:
    """Yield the visible groups after `position` that fit by a name of their own or of a person in them."""
    people = {user.union_id for user in call.directory.users.values() if _fits(keyword, user.name)}
    as_of = call.now - call.tenant.search_lag
    for chat in call.store.searched_chats(call.caller.id, call.tenant.key, as_of, position):
        if not chat.alive and call.readings.search_of_dissolved == "left_out":
            continue
        if any(_fits(keyword, name) for name in chat.names) or not people.isdisjoint(chat.members):
            yield chat


def _fits(keyword: str, name: str) -> bool:
    return any(form.startswith(keyword) for form in _forms(name))


@lru_cache(maxsize=20_000)
def _forms(name: str) -> tuple[str, ...]:
    """Return all that a keyword may be the beginning of: the name from every word on, as it is and in pinyin."""
    plain = _plain(name)
    forms: dict[str, None] = {}
    for beginning in _BEGINNING.finditer(plain):
        rest = plain[beginning.start() :]
        syllables = [syllable(character) for character in rest]
        initials = [sound[0] for sound in syllables]
        forms |= dict.fromkeys([rest, "".join(syllables), "".join(initials)])
    return tuple(forms)


def _plain(text: str) -> str:
    """Return `text` without differences of case, width and spacing."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
