"""Who we are on the platform: credentials from the environment, or from the file it names.

They are never read from YAML or the state, and never shown: secrets are pydantic `SecretStr`, and redacted
from everything once they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from reconciler.environment import as_secret, read_secret, read_variable, unusable
from reconciler.errors import CredentialsError, Diagnostic, text
from reconciler.model.base import Frozen
from reconciler.model.ids import is_bot

APP_ID: Final = "FEISHU_APP_ID"
APP_SECRET: Final = "FEISHU_APP_SECRET"  # noqa: S105  the name of a variable
APP_SECRET_FILE: Final = "FEISHU_APP_SECRET_FILE"  # noqa: S105  the name of a variable
ACCESS_TOKEN: Final = "FEISHU_TENANT_ACCESS_TOKEN"  # noqa: S105  the name of a variable

_MISSING: Final = text("Missing credentials")


class Credentials(Frozen):
    """The app, with its secret or with a ready access token; the token counts when both are there."""

    app_id: str
    app_secret: SecretStr | None = None
    tenant_access_token: SecretStr | None = None


def variables_in_use(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables that credentials would be read from: app id, then token or secret."""
    found = [each for each in (ACCESS_TOKEN, APP_SECRET, APP_SECRET_FILE) if read_variable(environ, each)]
    return (APP_ID, *found[:1])


def read_credentials(environ: Mapping[str, str], base: Path) -> Credentials:
    """Return the credentials that the environment names.

    Args:
        environ: Environment variables; surrounding blanks of their values do not count.
        base: Folder where a relative `FEISHU_APP_SECRET_FILE` starts.

    Raises:
        CredentialsError: A variable is missing or unusable; the message names it and never its value.
    """
    app_id = read_variable(environ, APP_ID)
    if app_id is None:
        raise _missing(text("{variable} is not set.", variable=APP_ID), environ, APP_ID)
    if not is_bot(app_id):
        raise unusable(text("{variable} is no app id: app ids begin with `cli_`.", variable=APP_ID))
    token = read_variable(environ, ACCESS_TOKEN)
    if token is not None:
        return Credentials(app_id=app_id, tenant_access_token=as_secret(token, ACCESS_TOKEN))
    return Credentials(app_id=app_id, app_secret=_read_app_secret(environ, base))


def _read_app_secret(environ: Mapping[str, str], base: Path) -> SecretStr:
    secret = read_secret(environ, APP_SECRET, APP_SECRET_FILE, base)
    if secret is not None:
        return secret
    detail = text(
        "None of {secret}, {file} and {token} is set.",
        secret=APP_SECRET,
        file=APP_SECRET_FILE,
        token=ACCESS_TOKEN,
    )
    raise _missing(detail, environ, APP_SECRET)


def _missing(detail: str, environ: Mapping[str, str], variable: str) -> CredentialsError:
    known = {APP_ID, APP_SECRET, APP_SECRET_FILE, ACCESS_TOKEN}
    similar = get_close_matches(variable, sorted(environ.keys() - known), n=1, cutoff=0.8)
    if similar:
        hint = text("{similar} is set; is {variable} meant?", similar=similar[0], variable=variable)
    else:
        hint = text(
            "Set {app_id} and {secret}; the developer console shows both under Credentials & Basic Info.",
            app_id=APP_ID,
            secret=APP_SECRET,
        )
    return CredentialsError(Diagnostic(summary=_MISSING, detail=detail, hint=hint))
