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

from reconciler.errors import CredentialsError, Diagnostic, text
from reconciler.feishu.redaction import hide
from reconciler.model.base import Frozen
from reconciler.model.ids import is_bot

APP_ID: Final = "FEISHU_APP_ID"
APP_SECRET: Final = "FEISHU_APP_SECRET"  # noqa: S105  the name of a variable
APP_SECRET_FILE: Final = "FEISHU_APP_SECRET_FILE"  # noqa: S105  the name of a variable
ACCESS_TOKEN: Final = "FEISHU_TENANT_ACCESS_TOKEN"  # noqa: S105  the name of a variable

_MISSING: Final = text("Missing credentials")
_UNUSABLE: Final = text("Unusable credentials")


class Credentials(Frozen):
    """The app, with its secret or with a ready access token; the token counts when both are there."""

    app_id: str
    app_secret: SecretStr | None = None
    tenant_access_token: SecretStr | None = None


def read_credentials(environ: Mapping[str, str], base: Path) -> Credentials:
    """Return the credentials that the environment names.

    Args:
        environ: Environment variables; surrounding blanks of their values do not count.
        base: Folder where a relative `FEISHU_APP_SECRET_FILE` starts.

    Raises:
        CredentialsError: A variable is missing or unusable; the message names it and never its value.
    """
    app_id = _read(environ, APP_ID)
    if app_id is None:
        raise _missing(text("{variable} is not set.", variable=APP_ID), environ, APP_ID)
    if not is_bot(app_id):
        raise _unusable(text("{variable} is no app id: app ids begin with `cli_`.", variable=APP_ID))
    token = _read(environ, ACCESS_TOKEN)
    if token is not None:
        return Credentials(app_id=app_id, tenant_access_token=_secret(token, ACCESS_TOKEN))
    return Credentials(app_id=app_id, app_secret=_read_app_secret(environ, base))


def _read_app_secret(environ: Mapping[str, str], base: Path) -> SecretStr:
    secret, file = _read(environ, APP_SECRET), _read(environ, APP_SECRET_FILE)
    if secret is not None and file is not None:
        raise _unusable(
            text("Both {one} and {other} are set; only one can count.", one=APP_SECRET, other=APP_SECRET_FILE)
        )
    if secret is not None:
        return _secret(secret, APP_SECRET)
    if file is not None:
        return _secret(_read_file(base / file), APP_SECRET_FILE)
    detail = text(
        "None of {secret}, {file} and {token} is set.",
        secret=APP_SECRET,
        file=APP_SECRET_FILE,
        token=ACCESS_TOKEN,
    )
    raise _missing(detail, environ, APP_SECRET)


def _read(environ: Mapping[str, str], variable: str) -> str | None:
    return environ.get(variable, "").strip() or None


def _read_file(path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else text("it is not UTF-8 text")
        raise _unusable(
            text(
                "The file that {variable} names cannot be read: {reason}.",
                variable=APP_SECRET_FILE,
                reason=reason,
            )
        ) from None
    if not content:
        raise _unusable(text("The file that {variable} names is empty.", variable=APP_SECRET_FILE))
    return content


def _secret(value: str, variable: str) -> SecretStr:
    hide(value)
    # They travel in a header, which a line break would end.
    if not value.isascii() or not value.isprintable():
        raise _unusable(
            text("The value of {variable} holds characters that no secret has.", variable=variable)
        )
    return SecretStr(value)


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


def _unusable(detail: str) -> CredentialsError:
    return CredentialsError(Diagnostic(summary=_UNUSABLE, detail=detail))
