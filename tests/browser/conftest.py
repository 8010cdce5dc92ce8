"""A real browser: the one of `CHROMIUM`, or the one that the machine has."""

from __future__ import annotations

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _executable():
    chosen = os.environ.get("CHROMIUM")
    return chosen or next((path for name in _NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser():
    executable = _executable()
    if executable is None:
        assert not os.environ.get("CI"), "no Chromium in CI; scripts/browser installs one"
        pytest.skip("no Chromium on this machine; set CHROMIUM to the path of one")
    with sync_playwright() as playwright:
        # Containers that run as root have no sandbox; the pages are our own.
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()
