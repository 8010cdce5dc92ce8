"""Puts the client together."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import partial

import httpx

from reconciler.feishu.credentials import Credentials
from reconciler.feishu.endpoints.auth import Auth
from reconciler.feishu.gateway import FeishuGateway, no_picture
from reconciler.feishu.quota import PARALLELISM
from reconciler.feishu.tokens import InternalAppTokens, StaticTokens, TokenSource
from reconciler.feishu.transport import Transport


def connect(
    credentials: Credentials,
    base_url: str,
    *,
    http_transport: httpx.AsyncBaseTransport | None = None,
    parallelism: int = PARALLELISM,
    pictures: Callable[[str], bytes | None] = no_picture,
    experimental: Container[str] = (),
) -> FeishuGateway:
    """Return a gateway; no connection is opened before the first call.

    Args:
        credentials: Who we are.
        base_url: Scheme and host, as `hosts.base_url_of` returns it.
        http_transport: Takes the place of the network, for the emulator in this process.
        parallelism: Calls in flight at once.
        pictures: Returns the content of a picture by its digest; `None` when there is no such file.
        experimental: What to use beyond the documented operations, as `groupctl.yaml` names it.
    """

    def tokens(transport: Transport) -> TokenSource:
        if credentials.tenant_access_token is not None:
            return StaticTokens(credentials.tenant_access_token)
        assert credentials.app_secret is not None, "credentials hold one of the two"
        auth = Auth(transport)
        return InternalAppTokens(
            partial(auth.tenant_access_token_internal, credentials.app_id, credentials.app_secret)
        )

    transport = Transport(base_url, tokens, http_transport=http_transport, parallelism=parallelism)
    return FeishuGateway(transport, credentials.app_id, pictures, lists_bots="members_list" in experimental)
