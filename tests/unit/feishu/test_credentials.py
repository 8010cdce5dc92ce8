from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import CredentialsError, Diagnostic
from reconciler.feishu.credentials import read_credentials
from reconciler.redaction import redact

APP_ID = "cli_a10fbf7e94b8d01d"


def refusal_of(environ: dict[str, str], base: Path) -> Diagnostic:
    with pytest.raises(CredentialsError) as caught:
        read_credentials(environ, base)
    return caught.value.diagnostics[0]


def test_app_id_and_secret_are_read(tmp_path):
    credentials = read_credentials({"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET": " canary-1 \n"}, tmp_path)

    assert credentials.app_id == APP_ID
    assert credentials.app_secret is not None
    assert credentials.app_secret.get_secret_value() == "canary-1"
    assert credentials.tenant_access_token is None


def test_secret_is_read_from_the_file_that_the_variable_names(tmp_path):
    (tmp_path / "secret").write_text("canary-2\n", encoding="utf-8")

    credentials = read_credentials({"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET_FILE": "secret"}, tmp_path)

    assert credentials.app_secret is not None
    assert credentials.app_secret.get_secret_value() == "canary-2"


def test_ready_token_counts_before_the_secret(tmp_path):
    environ = {"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET": "x", "FEISHU_TENANT_ACCESS_TOKEN": "t-canary-3"}

    credentials = read_credentials(environ, tmp_path)

    assert credentials.app_secret is None
    assert credentials.tenant_access_token is not None
    assert credentials.tenant_access_token.get_secret_value() == "t-canary-3"


def test_secrets_show_neither_in_the_text_form_nor_in_logs(tmp_path):
    credentials = read_credentials({"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET": "canary-4"}, tmp_path)

    assert "canary-4" not in repr(credentials)
    assert redact("secret: canary-4") == "secret: [redacted]"


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        pytest.param({}, "FEISHU_APP_ID", id="nothing is set"),
        pytest.param({"FEISHU_APP_ID": "  "}, "FEISHU_APP_ID", id="only blanks"),
        pytest.param({"FEISHU_TENANT_ACCESS_TOKEN": "t-1"}, "FEISHU_APP_ID", id="token without app id"),
        pytest.param({"FEISHU_APP_ID": APP_ID}, "FEISHU_APP_SECRET", id="no secret"),
    ],
)
def test_missing_variable_is_named(tmp_path, environ, variable):
    diagnostic = refusal_of(environ, tmp_path)

    assert diagnostic.summary == "Missing credentials"
    assert variable in diagnostic.detail


def test_similar_variable_is_suggested(tmp_path):
    diagnostic = refusal_of({"FEISHU_APPID": APP_ID}, tmp_path)

    assert diagnostic.hint == "FEISHU_APPID is set; is FEISHU_APP_ID meant?"


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        pytest.param({"FEISHU_APP_ID": "canary-5"}, "FEISHU_APP_ID", id="secret in place of the id"),
        pytest.param(
            {"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET": "canary-5", "FEISHU_APP_SECRET_FILE": "f"},
            "FEISHU_APP_SECRET_FILE",
            id="secret twice",
        ),
        pytest.param(
            {"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET": "canary-5\nX: y"},
            "FEISHU_APP_SECRET",
            id="line break",
        ),
        pytest.param(
            {"FEISHU_APP_ID": APP_ID, "FEISHU_TENANT_ACCESS_TOKEN": "canary-5é"},
            "FEISHU_TENANT_ACCESS_TOKEN",
            id="not ASCII",
        ),
        pytest.param(
            {"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET_FILE": "absent"},
            "FEISHU_APP_SECRET_FILE",
            id="no such file",
        ),
        pytest.param(
            {"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET_FILE": "empty"},
            "FEISHU_APP_SECRET_FILE",
            id="empty file",
        ),
        pytest.param(
            {"FEISHU_APP_ID": APP_ID, "FEISHU_APP_SECRET_FILE": "binary"},
            "FEISHU_APP_SECRET_FILE",
            id="binary file",
        ),
    ],
)
def test_unusable_value_is_refused_without_showing_it(tmp_path, environ, variable):
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")

    diagnostic = refusal_of(environ, tmp_path)

    assert diagnostic.summary == "Unusable credentials"
    assert variable in diagnostic.detail
    assert "canary-5" not in f"{diagnostic}"
