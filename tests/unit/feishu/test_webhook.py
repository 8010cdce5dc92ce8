"""Custom bots: their signature, and where their secrets come from."""

from __future__ import annotations

import pytest

from reconciler.errors import CredentialsError
from reconciler.feishu.webhook import read_webhook, sign, variable_of
from reconciler.redaction import redact

URL = "https://open.feishu.cn/open-apis/bot/v2/hook/7f3a0c1d-canary"
ENVIRON = {"GROUPCTL_WEBHOOK_OPS": URL, "GROUPCTL_WEBHOOK_OPS_SECRET": "canary-key-of-ops"}


def test_signature_is_the_hmac_of_nothing_by_time_and_key():
    # As OpenSSL computes it: openssl dgst -sha256 -mac HMAC -macopt hexkey:(time, line break, key) -binary
    assert sign("1599360473", "demo") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


@pytest.mark.parametrize("name", ["ops-room", "OPS_ROOM", "Ops-Room"])
def test_name_leads_to_its_variable(name):
    assert variable_of(name) == "GROUPCTL_WEBHOOK_OPS_ROOM"


def test_host_and_path_are_taken_apart(tmp_path):
    webhook = read_webhook("ops", ENVIRON, tmp_path)

    assert webhook.base_url == "https://open.feishu.cn"
    assert webhook.path.get_secret_value() == "/open-apis/bot/v2/hook/7f3a0c1d-canary"


def test_address_and_key_are_secrets(tmp_path):
    webhook = read_webhook("ops", ENVIRON, tmp_path)

    assert redact(f"{URL} /hook/7f3a0c1d-canary canary-key-of-ops").count("canary") == 0
    assert "canary" not in repr(webhook)


def test_words_at_the_end_of_an_address_are_no_secret(tmp_path):
    read_webhook("ops", ENVIRON | {"GROUPCTL_WEBHOOK_OPS": "http://127.0.0.1:1/hook"}, tmp_path)

    assert redact("a hook of git") == "a hook of git"


@pytest.mark.parametrize(
    ("trusted", "host"),
    [("relay.example.com", "relay.example.com"), ("relay.example.com:8443", "relay.example.com:8443")],
)
def test_host_that_the_environment_trusts_is_used(tmp_path, trusted, host):
    environ = ENVIRON | {"GROUPCTL_WEBHOOK_OPS": f"https://{host}/x", "GROUPCTL_TRUSTED_HOSTS": trusted}

    assert read_webhook("ops", environ, tmp_path).base_url == f"https://{host}"


def test_other_hosts_are_refused(tmp_path):
    with pytest.raises(CredentialsError, match=r"evil\.example, which is not trusted"):
        read_webhook("ops", ENVIRON | {"GROUPCTL_WEBHOOK_OPS": "https://evil.example/x"}, tmp_path)


def test_key_and_file_of_the_key_exclude_each_other(tmp_path):
    with pytest.raises(CredentialsError, match="only one can count"):
        read_webhook("ops", ENVIRON | {"GROUPCTL_WEBHOOK_OPS_SECRET_FILE": "x"}, tmp_path)
