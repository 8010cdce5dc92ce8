"""Comments of pull requests: what reviewers read, and what no name can do to them."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.diff.changes import Level, Origin
from reconciler.errors import Diagnostic, Severity
from reconciler.model.address import Facet
from reconciler.plan.comparison import Comparison
from reconciler.plan.plan import Block
from reconciler.render.markdown import LIMIT, render_markdown
from reconciler.render.plan_report import plan_report
from reconciler.render.problems_report import problems_report
from reconciler.render.safe import markdown_code, safe, safe_html, safe_markdown
from tests.support.golden import assert_golden
from tests.support.plans import (
    LILEI,
    a_change,
    a_create,
    a_group,
    a_plan,
    a_step,
    added,
    at,
    loosens,
    removed,
)

RENDER = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render
TAB = {"name": "手册", "type": "url", "link": "https://example.com/a|b"}

SETTINGS = a_step(
    Facet.SETTINGS,
    a_change("name", before="值班", after="支付值班", source=at(14)),
    a_change("chat_type", before="private", after="public", risk=loosens(Level.HIGH), source=at(17)),
)
TABS = a_step(Facet.TABS, removed("tabs/手册", TAB, origin=Origin.DRIFT))
BLOCKED = a_step(Facet.MANAGERS, added(f"managers/{LILEI}", LILEI), block=Block(reason="No.", remedy="Ask."))

PLAN = a_plan(
    a_group("calm", a_step(Facet.SETTINGS, a_change("name", before="a", after="b"), key="calm"), name="静"),
    a_group("oncall", SETTINGS, TABS, BLOCKED, name="支付值班", user_count=4),
    a_group("lost", problem=Diagnostic("Group is dissolved", "`oc_1` was dissolved.", "Remove it.")),
    a_group("same"),
).model_copy(update={"refusals": (Diagnostic("Plan removes too much", "11 things.", "Override it."),)})


def test_comment_stands_as_in_its_golden_file():
    assert_golden("render/plan.md", render_markdown(plan_report(PLAN)))


def test_comparison_stands_as_in_its_golden_file():
    comparison = Comparison(
        base="origin/main",
        asked=(a_group("oncall", SETTINGS, name="支付值班"),),
        pending=(a_group("oncall", TABS, name="支付值班"),),
        settled=(),
        notices=(Diagnostic("State moves", "`state:` was changed.", severity=Severity.WARNING),),
    )

    assert_golden("render/plan-compared.md", render_markdown(plan_report(PLAN, comparison)))


def test_change_that_asks_for_nothing_says_so():
    nothing = Comparison(base="main", asked=(), pending=(), settled=())

    told = render_markdown(plan_report(a_plan(a_group("same")), nothing))

    assert "#### This change asks for\n\nNothing." in told
    assert "No changes." in told


def test_plan_without_changes_is_its_verdict():
    told = render_markdown(plan_report(a_plan(a_group("same"))))

    assert told.endswith("**No changes. The groups are as the configuration wants them.**\n")


def test_errors_are_told_before_any_number_of_warnings():
    warnings = (Diagnostic("Longer than advised", "x", severity=Severity.WARNING),) * 30

    told = render_markdown(problems_report("plan", (*warnings, Diagnostic("Empty value", "y"))))

    assert told.index("Empty value") < told.index("Longer than advised")


# ------------------------------------------------------------------ limits


def _wide_plan(groups: int):
    step = a_step(Facet.SETTINGS, a_change("description", before="旧" * 70, after="新" * 70))
    return a_plan(*(a_group(f"group-{number:04}", step) for number in range(groups)))


def test_long_comment_is_cut_by_whole_groups_and_says_how_many():
    told = render_markdown(plan_report(_wide_plan(1000)))

    left_out = re.search(r"_(\d+) more groups do not fit in here", told)
    assert left_out
    assert told.count("<details>") == told.count("</details>") == 1000 - int(left_out[1])
    assert LIMIT * 0.9 < len(told) <= LIMIT


def test_last_group_that_does_not_fit_is_one_group():
    page = render_markdown(plan_report(_wide_plan(2)))

    told = render_markdown(plan_report(_wide_plan(2)), limit=len(page))

    assert "1 more group does not fit in here" in told


@pytest.mark.parametrize("refusals", [20, 200])
def test_summary_survives_any_number_of_problems(refusals):
    plan = a_plan(a_group("same")).model_copy(
        update={"refusals": (Diagnostic("Plan removes too much", "x" * 900, "y" * 900),) * refusals}
    )

    told = render_markdown(plan_report(plan))

    assert len(told) <= LIMIT
    assert told.count("Plan removes too much") == 20
    assert ("more problem" in told) is (refusals > 20)


# ------------------------------------------------------------------ hostile names

HOSTILE = [
    "@all @acme/admins",
    "#12 !3 ~label %milestone $1 &2",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example",
    "<img src=x onerror=alert(1)>",
    "</details></td></table>",
    "a | b | c",
    "`code` ``more``",
    "**bold** _em_ ~~gone~~",
    "line\n/close\n# heading",
    ":tada: \\| &amp; &#64;",
    "\u202eevil\u200b",
]


def _shown(source: str) -> str:
    """Return what a reader sees, without the zero-width spaces that take references apart."""
    body = re.sub(r"<[^>]*>", "", RENDER(source))
    return html.unescape(body).replace("\u200b", "").strip()


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are(name):
    assert _shown(f"x {safe_markdown(name)} x") == f"x {safe(name)} x"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_make_no_elements_and_no_references(name):
    told = RENDER(f"x {safe_markdown(name)} x")

    assert re.findall(r"<[^>]*>", told) == ["<p>", "</p>"]
    assert not re.search(r"[@#!~%$&]\w|https?://|www\.", html.unescape(told))


@pytest.mark.parametrize("name", HOSTILE)
def test_code_makes_no_elements_but_its_own(name):
    told = RENDER(f"x {markdown_code(name)} x")

    elements = [each for each in re.findall(r"<[^>]*>", told) if each != "<!-- -->"]
    assert elements == ["<p>", "<code>", "</code>", "</p>"]


@given(st.text())
def test_any_text_is_shown_as_it_is(name):
    assert _shown(f"x{safe_markdown(name)}x") == f"x{safe(name)}x".replace("\u200b", "").strip()


@given(st.text())
def test_no_text_breaks_out_of_html(name):
    assert html.unescape(safe_html(name)) == safe(name)
    assert not set(safe_html(name)) & set("<>\"'")


@given(st.lists(st.text(max_size=30), min_size=4, max_size=4))
def test_no_name_breaks_a_table(names):
    group, tab, before, after = names
    steps = (
        a_step(Facet.TABS, added(f"tabs/{tab}", {**TAB, "name": tab})),
        a_step(Facet.SETTINGS, a_change("name", before=before, after=after)),
    )

    told = RENDER(render_markdown(plan_report(a_plan(a_group("oncall", *steps, name=group)))))

    rows = re.findall(r"<tr>(.*?)</tr>", told, re.DOTALL)
    assert [len(re.findall(r"<t[hd]", row)) for row in rows] == [5] * 4


def test_created_groups_count_their_people_not_as_loosened():
    told = render_markdown(plan_report(a_plan(a_group("new", a_create(a_change("name", after="新"))))))

    assert "loosens" not in told


def test_removals_are_told_in_the_summary():
    gone = a_step(Facet.TABS, removed("tabs/a", TAB), removed("tabs/b", TAB))

    told = render_markdown(plan_report(a_plan(a_group("oncall", gone))))

    assert "- Removes 2 things." in told
