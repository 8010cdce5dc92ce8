"""docs/behaviour.md, "Security": credentials go to trusted hosts only, over HTTPS except to this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest

from reconciler.errors import ConfigurationError, Source
from reconciler.feishu.hosts import base_url_of
from reconciler.model.hosts import trusted_hosts

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


LOOK_ALIKES = [
    "https://open.feishu.cn@evil.example",
    "https://open.feishu.cn:443@evil.example",
    "https://open.feishu.cn%40evil.example",
    "https://open.feishu.cn\\@evil.example",
    "https://evil.example\\@open.feishu.cn",
    "https://evil.example#@open.feishu.cn",
    "https://evil.example?@open.feishu.cn",
    "https://open.feishu.cn.evil.example",
    "https://open-feishu.cn",
    "https://open.feishu.cn.",
    "https://open.feishu.cn..",
    "https://open.feishu.cn%2eevil.example",
    "https://open.feishu.cn%00.evil.example",
    "https://оpen.feishu.cn",  # the first letter is Cyrillic
    "https://xn--pen-2ed.feishu.cn",
    "https://open。feishu。cn.evil.example",
    "https://open.feishu.cn:99999",
    "https://open.feishu.cn:-1",
    "https:///open.feishu.cn",
    "https:open.feishu.cn",
    "//open.feishu.cn",
    "javascript://open.feishu.cn",
    "file:///etc/passwd",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1@evil.example",
    "http://localhost.evil.example",
    "http://localhost.",
    "http://0x7f.1",
    "http://0177.0.0.1",
    "http://2130706433",
    "http://127.1",
    "http://0.0.0.0",
    "http://[::]",
    "http://[::ffff:10.0.0.1]",
    "http://[fe80::1%25lo]",
    "http://[::1%25evil.example]",
    "http://169.254.169.254",
    "https://feishu.example.com.",
    "https://www.feishu.example.com",
    "https://gateway.example.com:443",
]


@pytest.mark.parametrize("endpoint", LOOK_ALIKES)
def test_what_looks_like_a_trusted_host_is_refused(endpoint):
    with pytest.raises(ConfigurationError):
        base_url_of(endpoint, TRUSTED)


@pytest.mark.parametrize("space", ["\t", "\n", "\r", " "])
def test_blanks_that_parsers_drop_lead_nowhere_else(space):
    """`urlsplit` drops tabs and line breaks within a URL; what is called then is what was judged."""
    with pytest.raises(ConfigurationError):
        base_url_of(f"https://open.feishu{space}.cn", TRUSTED)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://open.feishu.cn",
        "https://OPEN.feishu.cn/",
        "http://127.8.9.1:1",
        "http://[::1]",
        "https://feishu.example.com:444/x",
    ],
)
def test_client_calls_the_host_that_was_judged(endpoint):
    called, judged = httpx.URL(base_url_of(endpoint, TRUSTED)), urlsplit(endpoint)

    assert called.host == (judged.hostname or "")
    assert called.scheme == judged.scheme


@pytest.mark.parametrize(
    "endpoint",
    ["https://user:canary-pw@evil.example", "https://evil.example/?canary-pw", "https://canary-pw\x1b[31m"],
)
def test_password_in_a_url_is_not_shown(endpoint):
    with pytest.raises(ConfigurationError) as caught:
        base_url_of(endpoint, TRUSTED)

    told = caught.value.diagnostics[0]
    if "@" in endpoint or "?" in endpoint:
        assert "canary-pw" not in told.detail
