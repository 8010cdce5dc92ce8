"""Cards about drift: what stands in them, how much, and what no name can do to them."""

from __future__ import annotations

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.diff.changes import Direction, Level, Origin, Risk
from reconciler.errors import Diagnostic, text
from reconciler.model.address import Facet
from reconciler.model.recorded import RecordedGroup, RecordedValue, recorded_form
from reconciler.plan.drift import find_drift
from reconciler.plan.news import find_news
from reconciler.plan.plan import Gone
from reconciler.render.drift_card import MOST_BYTES, MOST_GROUPS, drift_card
from reconciler.render.safe import safe, safe_card
from tests.support.golden import assert_golden
from tests.support.plans import CHAT, a_change, a_group, a_plan, a_step, removed
from tests.support.strategies import law

OPENED = Risk(direction=Direction.TIGHTENS, level=Level.HIGH)
LEFT = RecordedGroup(
    chat_id=CHAT,
    values={
        path: RecordedValue(sent=recorded_form(path, value))
        for path, value in {"name": "支付值班", "chat_type": "private", "announcement": "# 值班"}.items()
    },
)
GONE = Diagnostic(text("Group is dissolved"), text("`{chat_id}` was dissolved.", chat_id=CHAT), "Remove it.")


def drifted(path="name", before="别的", after="支付值班", **fields):
    return a_change(path, before=before, after=after, **({"origin": Origin.DRIFT} | fields))


def group(key, *changes, **fields):
    defaults = {"name": "支付值班", "recorded": LEFT}
    return a_group(key, a_step(Facet.SETTINGS, *changes, key=key), **(defaults | fields))


def report_of(*groups):
    return find_drift(a_plan(*groups))


def card_of(*groups, told=None):
    report = report_of(*groups)
    return drift_card(report, find_news(report, told or {}))


def texts(card):
    return [each["content"] for each in card["body"]["elements"]]


def sent(card):
    """Return a card as it travels in a message."""
    return json.dumps(json.dumps(card)).encode()


def test_card_stands_as_in_its_golden_file():
    tab = {"name": "维基", "type": "url", "link": "https://example.com/wiki"}
    card = card_of(
        group("calm", drifted(), user_count=1),
        a_group(
            "open",
            a_step(Facet.SETTINGS, drifted("chat_type", "public", "private", risk=OPENED)),
            a_step(Facet.ANNOUNCEMENT, drifted("announcement", "# 停用", "# 值班")),
            a_step(Facet.TABS, removed("tabs/维基", tab, origin=Origin.DRIFT)),
            name="故障",
            user_count=4,
            recorded=LEFT,
        ),
        a_group("lost", problem=GONE, gone=Gone.DISSOLVED),
        group("old", drifted()),
        a_group("unread", problem=Diagnostic(text("No answer"), text("Nothing came."))),
        told={"ended": "sha256:1"} | find_news(report_of(group("old", drifted())), {}).digests,
    )

    assert_golden("render/drift-card.json", json.dumps(card, ensure_ascii=False, indent=2))


def test_end_of_all_drift_is_one_line_and_what_is_there_now():
    assert texts(card_of(a_group("idle"), told={"a": "1", "b": "2"})) == [
        "The drift of 2 groups ended.",
        "No drift. The groups are as the last apply left them.",
    ]


def test_differences_of_one_group_are_limited_and_the_rest_is_counted():
    card = card_of(group("a", *(drifted(f"i18n_names.{number}") for number in range(12))))

    assert texts(card)[1].count("\n- settings:") == 8
    assert texts(card)[1].endswith("\n- and 4 more")


def test_groups_are_limited_and_the_rest_is_counted():
    card = card_of(*(group(f"g-{number:02}", drifted()) for number in range(MOST_GROUPS + 5)))

    assert "5 more groups are not shown." in texts(card)
    assert len(texts(card)) == 1 + MOST_GROUPS + 2


def test_group_that_is_too_large_is_told_by_its_key():
    # Marks that fill no cell of their own are not shortened.
    card = card_of(group("huge", drifted(), name="e" + "\u0301" * MOST_BYTES), group("small", drifted()))

    assert texts(card)[1] == "**&#126;&#8203; drifted**  huge"
    assert "支付值班" in texts(card)[2]


@law(60)
@given(
    st.lists(
        st.tuples(st.text(max_size=300), st.lists(st.text(max_size=400), max_size=10)),
        min_size=1,
        max_size=40,
    )
)
def test_card_keeps_its_limits_and_tells_or_counts_every_group(groups):
    plans = [
        group(f"g-{number}", drifted(), *(drifted("description", value, "") for value in values), name=name)
        for number, (name, values) in enumerate(groups)
    ]

    card = card_of(*plans)

    told = texts(card)
    shown = sum(each.startswith("**") for each in told)
    left_out = [int(found[1]) for each in told if (found := re.match(r"(\d+) more group", each))]
    assert len(sent(card)) <= MOST_BYTES
    assert shown + sum(left_out) == len(groups)
    assert shown <= MOST_GROUPS


HOSTILE = [
    "<at id=all></at>",
    '<at user_id="ou_1">Tom</at>',
    "<a href='https://evil.example'>x</a>",
    "<font color='red'>x</font>",
    "[click](https://evil.example)",
    "![x](img_v2_1)",
    "https://evil.example www.evil.example",
    "@all",
    ":DONE: **bold** ~~gone~~ `code`",
    "line\n# heading\n---",
    "&#60;at id=all&#62;",
    "\u202eevil\u200b",
]
RENDER = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render


@pytest.mark.parametrize("name", HOSTILE)
def test_names_make_no_tags_links_and_mentions_whenever_entities_are_read(name):
    as_sent = safe_card(name)
    read_first = html.unescape(as_sent)

    assert "<" not in as_sent
    assert not re.search(r"<[a-z/]|\]\(|[@:]\w|://|www\.", read_first)


@given(st.text())
def test_any_text_is_shown_as_it_is(name):
    shown = html.unescape(re.sub(r"<[^>]*>", "", RENDER(f"x{safe_card(name)}x")))

    assert shown.replace("\u200b", "").strip() == f"x{safe(name)}x".replace("\u200b", "").strip()


@given(st.text(max_size=60))
def test_no_name_forges_a_line_of_a_card(name):
    card = card_of(group("a", drifted(before=name), name=name))

    assert len(texts(card)) == 3
    assert texts(card)[1].count("\n") == 1
