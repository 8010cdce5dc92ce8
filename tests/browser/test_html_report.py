"""The HTML report in a real browser: what it shows, how it is used, and what it can never be made to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from reconciler.diff.changes import Level, Origin
from reconciler.errors import Diagnostic
from reconciler.model.address import Facet
from reconciler.render.html import render_html
from reconciler.render.plan_report import plan_report
from tests.support.plans import a_change, a_group, a_plan, a_step, added, at, loosens, removed

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
HOSTILE = (
    '<script>document.title="owned"</script><img src=x onerror=document.title="owned">"\' onfocus=alert(1)'
)

PLAN = a_plan(
    a_group(
        "oncall-payments",
        a_step(
            Facet.SETTINGS,
            a_change("name", before="值班", after="支付值班🚨", source=at(14, 11)),
            a_change("chat_type", before="private", after="public", risk=loosens(Level.HIGH), source=at(17)),
        ),
        name="支付值班🚨",
        user_count=24,
    ),
    a_group(
        "all-hands",
        a_step(
            Facet.TABS,
            removed("tabs/旧手册", {"name": "旧手册", "type": "url", "link": "https://example.com/a"}),
            added("tabs/手册", {"name": "手册", "type": "url", "link": "https://example.com/b"}),
            key="all-hands",
        ),
        name="全员公告",
    ),
    a_group(
        "drifted",
        a_step(
            Facet.SETTINGS, a_change("description", before="a", after="b", origin=Origin.DRIFT), key="drifted"
        ),
        name=HOSTILE,
    ),
    a_group("lost", problem=Diagnostic("Group is dissolved", HOSTILE, address="lost"), name="失联"),
)


@pytest.fixture
def open_page(browser, tmp_path):
    """Return a function that opens the report of a plan; the test fails when it talks to anybody or complains."""
    pages, complaints = [], []

    def open_it(plan=PLAN, **options):
        file = tmp_path / "report.html"
        file.write_text(render_html(plan_report(plan)), encoding="utf-8")
        context = browser.new_context(**options)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend({request.url} - {file.as_uri()}))
        page.goto(file.as_uri())
        pages.append(context)
        return page

    yield open_it
    for context in pages:
        context.close()
    assert complaints == []


def _shown(page):
    return [
        group.locator("summary code").first.text_content()
        for group in page.locator("details.group").all()
        if group.is_visible()
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_can_be_used_by_everybody_in_both_themes(open_page, scheme):
    page = open_page(color_scheme=scheme, bypass_csp=True, viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="Open all").click()

    found = Axe().run(page)

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"plan-{scheme}.png", full_page=True)
    assert [each["id"] + ": " + each["nodes"][0]["html"] for each in found.response["violations"]] == []


def test_themes_differ(open_page):
    def paper(scheme):
        return open_page(color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")

    assert paper("light") == "rgb(255, 255, 255)"
    assert paper("dark") != paper("light")


def test_gravest_groups_stand_first_and_open(open_page):
    page = open_page()

    assert _shown(page) == ["lost", "oncall-payments", "all-hands", "drifted"]
    assert [group.get_attribute("open") is not None for group in page.locator("details.group").all()] == [
        True,
        True,
        False,
        False,
    ]


def test_text_narrows_the_groups_by_key_name_and_id(open_page):
    page = open_page()

    page.get_by_label("Group").fill("全员")

    assert _shown(page) == ["all-hands"]
    assert page.locator("#shown").text_content() == "1 of 4 groups shown"


@pytest.mark.parametrize(
    ("box", "keys"),
    [
        ("opened access", ["oncall-payments"]),
        ("removals", ["all-hands"]),
        ("drift", ["drifted"]),
        ("problems", ["lost"]),
    ],
)
def test_boxes_narrow_the_groups_by_what_they_need(open_page, box, keys):
    page = open_page()

    page.get_by_role("checkbox", name=box).check()

    assert _shown(page) == keys


def test_everything_works_by_keyboard(open_page):
    page = open_page()

    page.keyboard.press("/")
    page.keyboard.type("all-hands")
    for _ in range(7):  # four boxes, two buttons, then the group
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.locator("details.group:visible").get_attribute("open") is not None


def test_nothing_from_outside_runs_or_becomes_markup(open_page):
    page = open_page()

    assert page.title() == "Plan for the fleet acme-groups-7f3a on emulator, app cli_a10fbf7e94b8d01d"
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator("details.group", has_text="drifted").locator("summary").text_content()


def test_page_forbids_scripts_that_are_not_its_own(browser, tmp_path):
    file = tmp_path / "report.html"
    forged = "<script>document.title='owned'</script></main>"
    file.write_text(render_html(plan_report(PLAN)).replace("</main>", forged), encoding="utf-8")
    page = browser.new_page()

    page.goto(file.as_uri())

    assert page.title() != "owned"
    page.close()


def test_everything_shows_without_scripts(open_page):
    page = open_page(java_script_enabled=False)

    assert page.locator("details.group").count() == 4
    assert not page.locator("form").is_visible()


def test_page_fits_on_a_telephone(open_page):
    page = open_page(viewport={"width": 360, "height": 740})

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
