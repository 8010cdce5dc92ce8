"""Walking through paged lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from reconciler.errors import Diagnostic, OutcomeUnknown, PlatformFacts, text
from reconciler.feishu.wire import Page

PAGE_SIZE: Final = 100
"""The most the platform gives. Source: `page_size` of every paged list in schemas/api but that of blocks."""

MAX_PAGES: Final = 1000
"""Of one list: a hundred thousand things, many times what a group or a tenant has. A limit of our own."""

P = TypeVar("P", bound=Page)


async def walk(
    operation: str, fetch: Callable[[dict[str, str]], Awaitable[P]], *, page_size: int = PAGE_SIZE
) -> list[P]:
    """Return all pages of a list.

    Pages end where `has_more` is false: a page may be empty in the middle, and a token may stand on the last.

    Args:
        operation: For the message.
        fetch: Gets one page for the query parameters of paging.
        page_size: The most things that the platform gives at once.

    Raises:
        OutcomeUnknown: The platform repeats a page token, promises more without one, or after a thousand pages.
    """
    pages: list[P] = []
    seen = {""}
    query = {"page_size": str(page_size)}
    while True:
        page = await fetch(query)
        pages.append(page)
        if not page.has_more:
            return pages
        if page.page_token in seen or len(pages) == MAX_PAGES:
            raise OutcomeUnknown(
                Diagnostic(
                    summary=text("List does not end"),
                    detail=text(
                        "{operation} promises another page after {count} pages.",
                        operation=operation,
                        count=len(pages),
                    ),
                    hint=text("Run the command again."),
                    platform=PlatformFacts(operation),
                )
            )
        seen.add(page.page_token)
        query = {"page_size": str(page_size), "page_token": page.page_token}
