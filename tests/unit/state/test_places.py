"""docs/state.md, "Trust": a state is kept only where the environment says that it may be."""

from __future__ import annotations

import sys

import pytest

from reconciler.errors import ConfigurationError
from reconciler.state.places import open_store

SECURED = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.mark.parametrize(
    ("address", "environ"),
    [
        ("groupctl.lock.json", {}),
        ("http://127.0.0.1:8080/acme", {}),
        ("http://localhost/acme", {}),
        ("https://state.example.com/acme", {"GROUPCTL_TRUSTED_HOSTS": "state.example.com"}),
        (
            "https://state.example.com:444/acme",
            {"GROUPCTL_TRUSTED_HOSTS": "x.example.com, state.example.com:444"},
        ),
        ("s3://acme-state/groups.json", {"GROUPCTL_TRUSTED_HOSTS": "s3://acme-state"}),
        ("gs://acme-state/groups.json", {"GROUPCTL_TRUSTED_HOSTS": "gs://acme-state"}),
        ("s3://acme-state/groups.json", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9000"}),
        (
            "s3://acme-state/groups.json",
            {
                "AWS_ENDPOINT_URL": "https://oss.example.com",
                "GROUPCTL_TRUSTED_HOSTS": "oss.example.com,s3://acme-state",
            },
        ),
    ],
)
def test_trusted_place_is_opened(tmp_path, monkeypatch, address, environ):
    # Google's client looks for credentials when it is made.
    monkeypatch.setenv("GOOGLE_SKIP_SIGNATURE", "true")

    open_store(address, tmp_path, environ)


@pytest.mark.parametrize(
    ("address", "environ", "why"),
    [
        ("https://evil.example.com/acme", {}, "evil.example.com, which is not trusted"),
        (
            "https://evil.example.com/acme",
            {"GROUPCTL_TRUSTED_HOSTS": "state.example.com"},
            "evil.example.com, which is not trusted",
        ),
        ("https://open.feishu.cn/acme", {}, "open.feishu.cn, which is not trusted"),
        (
            "s3://evil/groups.json",
            {"GROUPCTL_TRUSTED_HOSTS": "s3://acme-state"},
            "s3://evil, which is not trusted",
        ),
        ("gs://acme-state/x", {"GROUPCTL_TRUSTED_HOSTS": "s3://acme-state"}, "gs://acme-state, which is not"),
        (
            "s3://acme-state/x",
            {"GROUPCTL_TRUSTED_HOSTS": "acme-state"},
            "s3://acme-state, which is not trusted",
        ),
        (
            "s3://acme-state/x",
            {"GROUPCTL_TRUSTED_HOSTS": "s3://acme-state", "AWS_ENDPOINT_URL": "https://evil.example.com"},
            "evil.example.com, which is not trusted",
        ),
        (
            "s3://evil/x",
            {"GROUPCTL_TRUSTED_HOSTS": "oss.example.com", "AWS_ENDPOINT_URL_S3": "https://oss.example.com"},
            "s3://evil, which is not trusted",
        ),
        (
            "s3://acme-state/x",
            {
                "GROUPCTL_TRUSTED_HOSTS": "s3://acme-state,oss.example.com",
                "AWS_ENDPOINT": "http://oss.example.com",
            },
            "oss.example.com needs https://",
        ),
        (
            "s3://acme-state/x",
            {"GROUPCTL_TRUSTED_HOSTS": "s3://acme-state", "AWS_ENDPOINT_URL": "https://[::1"},
            "`AWS_ENDPOINT_URL` is no URL",
        ),
        (
            "az://acme-state/x",
            {
                "GROUPCTL_TRUSTED_HOSTS": "az://acme-state",
                "AZURE_STORAGE_ENDPOINT": "https://evil.example.com",
            },
            "evil.example.com, which is not trusted",
        ),
    ],
)
def test_other_place_is_refused(tmp_path, address, environ, why):
    with pytest.raises(ConfigurationError) as caught:
        open_store(address, tmp_path, environ)

    [problem] = caught.value.diagnostics
    assert problem.summary == "State not allowed"
    assert why in problem.detail
    assert "GROUPCTL_TRUSTED_HOSTS" in problem.hint


def test_missing_extra_is_told_with_what_installs_it(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "reconciler.state.objects", raising=False)
    monkeypatch.setitem(sys.modules, "obstore", None)

    with pytest.raises(ConfigurationError) as caught:
        open_store("s3://acme-state/x", tmp_path, {"GROUPCTL_TRUSTED_HOSTS": "s3://acme-state"})

    [problem] = caught.value.diagnostics
    assert problem.summary == "Support for object stores is not installed"
    assert problem.hint == "Run `pip install 'feishu-group-reconciler[objects]'`."
