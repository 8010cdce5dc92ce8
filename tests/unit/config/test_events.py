"""The optional parser."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from reconciler.config.events import accelerator

find = accelerator.__wrapped__


def test_no_accelerator_without_pyyaml(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)

    assert find() is None


def test_no_accelerator_when_pyyaml_lacks_libyaml(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", SimpleNamespace(__with_libyaml__=False))

    assert find() is None
