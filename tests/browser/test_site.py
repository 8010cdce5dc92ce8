"""The site of the documents in a real browser: nothing comes from elsewhere, and Chinese is found."""

from __future__ import annotations

import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the site, as it is built for readers."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True, timeout=100)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.set_default_timeout(30_000)
    yield page
    page.close()


@pytest.mark.parametrize("path", ["index.html", "tutorial.html", "reference/json.html"])
def test_pages_load_nothing_from_elsewhere(site, page, path):
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{site}/{path}", wait_until="networkidle")

    assert asked
    assert [url for url in asked if not url.startswith((site, "data:"))] == []


@pytest.mark.parametrize(("words", "place"), [("值班", "tutorial.html"), ("guard twin", "recovery.html")])
def test_search_finds_parts_of_chinese_names_and_words(site, page, words, place):
    page.goto(f"{site}/index.html")

    page.get_by_role("textbox", name="Search").fill(words)

    page.locator(f".md-search-result__link[href*='{place}']").first.wait_for()
