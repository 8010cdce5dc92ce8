"""Access tokens. Source: platform.openapi.yaml."""

from __future__ import annotations

from pydantic import SecretStr

from reconciler.feishu.transport import Effect, Request, Transport
from reconciler.feishu.wire import TenantToken


class Auth:
    """Calls that need no token themselves."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def tenant_access_token_internal(self, app_id: str, app_secret: SecretStr) -> TenantToken:
        """Return a tenant access token of a custom app.

        Fetching invalidates nothing, so it may be repeated like a read. Failures come as HTTP 200.
        """
        request = Request(
            operation="auth_tenant_access_token_internal",
            method="POST",
            path="/open-apis/auth/v3/tenant_access_token/internal",
            effect=Effect.READ,
            body={"app_id": app_id, "app_secret": app_secret.get_secret_value()},
            beside_code=True,
            needs_token=False,
            hands_out_secret=True,
        )
        return await self._transport.call(request, TenantToken)
