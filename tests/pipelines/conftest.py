"""What tests of pipelines share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """The variables of whoever runs the tests must not reach the commands, nor those of a forge that runs them."""
    for name in list(os.environ):
        if name.startswith(("GROUPCTL", "FEISHU", "CI_", "GITLAB_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
