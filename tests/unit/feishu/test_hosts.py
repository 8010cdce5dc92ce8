"""docs/behaviour.md, "Security": credentials go to trusted hosts only, over HTTPS except to this machine."""

from __future__ import annotations

import pytest

from reconciler.errors import ConfigurationError, Source
from reconciler.feishu.hosts import base_url_of, trusted_hosts

TRUSTED = frozenset({"feishu.example.com", "gateway.example.com:8443"})


@pytest.mark.parametrize(
    ("endpoint", "base_url"),
    [
        ("feishu", "https://open.feishu.cn"),
        ("lark", "https://open.larksuite.com"),
        ("https://open.feishu.cn/", "https://open.feishu.cn"),
        ("https://OPEN.larksuite.com", "https://OPEN.larksuite.com"),
        ("https://feishu.example.com/proxy", "https://feishu.example.com/proxy"),
        ("https://feishu.example.com:444", "https://feishu.example.com:444"),
        ("https://gateway.example.com:8443", "https://gateway.example.com:8443"),
        ("http://127.0.0.1:9999", "http://127.0.0.1:9999"),
        ("http://[::1]:9999", "http://[::1]:9999"),
        ("http://localhost:9999/", "http://localhost:9999"),
        ("https://127.0.0.1", "https://127.0.0.1"),
    ],
)
def test_trusted_endpoint_becomes_its_base_url(endpoint, base_url):
    assert base_url_of(endpoint, TRUSTED) == base_url


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "feishu.cn",
        "Feishu",
        "ftp://open.feishu.cn",
        "https://",
        "https://evil.example.com",
        "https://open.feishu.cn.evil.example.com",
        "https://open.feishu.cn@evil.example.com",
        "https://user:pw@open.feishu.cn",
        "https://open.feishu.cn?x=1",
        "https://open.feishu.cn#x",
        "https://gateway.example.com",
        "https://gateway.example.com:9443",
        "http://feishu.example.com",
        "http://open.feishu.cn",
        "http://10.0.0.1",
        "https://open.feishu.cn:port",
        "https://[::1",
    ],
)
def test_other_endpoint_is_refused(endpoint):
    source = Source("groupctl.yaml", 4, 13)

    with pytest.raises(ConfigurationError) as caught:
        base_url_of(endpoint, TRUSTED, source)

    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.summary == "Endpoint not allowed"
    assert diagnostic.source == source
    assert "GROUPCTL_TRUSTED_HOSTS" in diagnostic.hint


def test_trusted_hosts_are_separated_by_commas():
    assert trusted_hosts({"GROUPCTL_TRUSTED_HOSTS": " A.example.com, b.example.com:8443,, "}) == {
        "a.example.com",
        "b.example.com:8443",
    }


def test_nothing_is_trusted_by_default():
    assert trusted_hosts({}) == frozenset()
