from __future__ import annotations

import pytest

from reconciler.model.hosts import distrust
from reconciler.model.state_url import is_state_url, state_url_fault


@pytest.mark.parametrize(
    "address",
    [
        "https://state.example.com/acme",
        "https://gitlab.example.com:8443/api/v4/projects/42/terraform/state/acme",
        "http://127.0.0.1:8080/acme",
        "http://[::1]:8080/acme",
        "s3://acme-state/groups.json",
        "gs://acme-state/fleets/acme.json",
        "s3://acme.state-1/群.json",
        "az://acme-state/acme.json",
    ],
)
def test_url_of_a_state(address):
    assert is_state_url(address)
    assert state_url_fault(address) is None


@pytest.mark.parametrize("address", ["groupctl.lock.json", "state/groupctl.lock.json", "状态.json"])
def test_path_is_no_url(address):
    assert not is_state_url(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ftp://state.example.com/acme", "A state is kept in a file"),
        ("https:///acme", "A state is kept in a file"),
        ("https://[::1/acme", "A state is kept in a file"),
        ("https://state.example.com:port/acme", "A state is kept in a file"),
        ("https://ci:canary@state.example.com/acme", "neither a user"),
        ("https://state.example.com/acme?token=canary", "nor a fragment"),
        ("https://state.example.com/acme#canary", "nor a fragment"),
        ("http://state.example.com/acme", "Only loopback addresses"),
        ("s3://key:canary@acme-state/x", "neither a user"),
        ("s3://acme-state", "its bucket and its name"),
        ("s3://acme-state/", "its bucket and its name"),
        ("s3://acme-state:80/x", "its bucket and its name"),
        ("s3://acme..state/x", "its bucket and its name"),
        ("s3://状态/x", "its bucket and its name"),
        ("s3://acme-state//x", "its bucket and its name"),
        ("s3://acme-state/x/", "its bucket and its name"),
        ("s3://acme-state/../x", "its bucket and its name"),
        ("s3://acme state/x", "no blanks or control characters"),
        ("https://state.example.com/\x01", "no blanks or control characters"),
        ("https://state.example.com/\ud800", "no blanks or control characters"),
        ("https://state.example.com/" + 2000 * "x", "at most 2000"),
    ],
)
def test_fault_is_told_without_the_url(address, why):
    fault = state_url_fault(address)

    assert fault is not None
    assert why in fault
    assert "canary" not in fault


@pytest.mark.parametrize(
    ("scheme", "host", "port", "is_trusted"),
    [
        ("http", "127.0.0.1", 80, True),
        ("http", "::1", None, True),
        ("http", "localhost", None, True),
        ("https", "a.example.com", None, True),
        ("https", "a.example.com", 444, True),
        ("http", "a.example.com", None, False),
        ("https", "b.example.com", 444, True),
        ("https", "b.example.com", None, False),
        ("https", "10.0.0.1", None, False),
    ],
)
def test_hosts_that_may_get_credentials(scheme, host, port, is_trusted):
    trusted = frozenset({"a.example.com", "b.example.com:444"})

    assert (distrust(scheme, host, port, trusted) is None) == is_trusted
