"""Secrets of the environment: in a variable, or in the file that a variable names.

They are never read from YAML or the state, and never shown: they are pydantic `SecretStr`, and redacted from
everything once they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from reconciler.errors import CredentialsError, Diagnostic, text
from reconciler.redaction import hide

_UNUSABLE: Final = text("Unusable credentials")


def read_variable(environ: Mapping[str, str], variable: str) -> str | None:
    """Return a variable without surrounding blanks; `None` when nothing is left of it."""
    return environ.get(variable, "").strip() or None


def read_secret(
    environ: Mapping[str, str], variable: str, file_variable: str, base: Path
) -> SecretStr | None:
    """Return the secret of a variable, or of the file that another one names; `None` when neither is set.

    Args:
        environ: Environment variables.
        variable: Holds the secret itself.
        file_variable: Holds the path of a file with the secret.
        base: Folder where a relative path starts.

    Raises:
        CredentialsError: Both are set, or the secret is unusable; the message names the variable and no value.
    """
    secret, file = read_variable(environ, variable), read_variable(environ, file_variable)
    if secret is not None and file is not None:
        raise unusable(
            text("Both {one} and {other} are set; only one can count.", one=variable, other=file_variable)
        )
    if secret is not None:
        return as_secret(secret, variable)
    if file is not None:
        return as_secret(_read_file(base / file, file_variable), file_variable)
    return None


def as_secret(value: str, variable: str) -> SecretStr:
    """Return the value of `variable` as a secret that is redacted everywhere from now on.

    Raises:
        CredentialsError: It cannot be one.
    """
    hide(value)
    # They travel in a header, which a line break would end.
    if not value.isascii() or not value.isprintable():
        raise unusable(
            text("The value of {variable} holds characters that no secret has.", variable=variable)
        )
    return SecretStr(value)


def unusable(detail: str) -> CredentialsError:
    """Return the error of credentials that are there and of no use."""
    return CredentialsError(Diagnostic(summary=_UNUSABLE, detail=detail))


def _read_file(path: Path, variable: str) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else text("it is not UTF-8 text")
        raise unusable(
            text("The file that {variable} names cannot be read: {reason}.", variable=variable, reason=reason)
        ) from None
    if not content:
        raise unusable(text("The file that {variable} names is empty.", variable=variable))
    return content
