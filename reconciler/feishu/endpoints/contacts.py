"""Who people are. Source: platform.openapi.yaml, contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import FoundIds, Users

NAMES_PER_CALL: Final = 50
"""E-mail addresses and, apart from them, mobile numbers, or ids of one call."""

UserIdType: TypeAlias = Literal["open_id", "union_id", "user_id"]


class Contacts:
    """The company's directory, as far as the app may see it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def find(self, emails: Sequence[str], mobiles: Sequence[str]) -> FoundIds:
        """Return the open ids of at most 50 addresses and at most 50 numbers, of former colleagues too.

        A name that leads to nobody has no id, or no entry at all.
        """
        request = Request(
            operation="contact_user_batch_get_id",
            method="POST",
            path="/open-apis/contact/v3/users/batch_get_id",
            effect=Effect.READ,
            query={"user_id_type": "open_id"},
            body={"emails": list(emails), "mobiles": list(mobiles), "include_resigned": True},
        )
        return await self._transport.call(request, FoundIds)

    async def get(self, id_type: UserIdType, ids: Sequence[str]) -> Users:
        """Return at most 50 people; those outside the app's data range are left out.

        An id that does not exist fails the whole call.
        """
        request = Request(
            operation="contact_user_batch",
            method="GET",
            path="/open-apis/contact/v3/users/batch",
            effect=Effect.READ,
            query={"user_id_type": id_type, "user_ids": tuple(ids)},
        )
        return await self._transport.call(request, Users)
