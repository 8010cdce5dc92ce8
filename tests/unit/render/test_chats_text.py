"""Groups of the platform on lines of their own."""

from __future__ import annotations

import json
from typing import Any

from reconciler.plan.answers import FoundChat
from reconciler.render.chats_text import chats_json, render_chats


def chat(**fields: Any) -> FoundChat:
    usual: dict[str, Any] = {
        "chat_id": "oc_1",
        "name": "支付值班",
        "key": "oncall",
        "owner": "self",
        "owner_name": "",
        "external": False,
    }
    return FoundChat(**usual | fields)


def lines(*chats):
    return render_chats(chats, color=False).splitlines()


def test_groups_are_counted():
    assert lines(chat(), chat(key=None))[0] == "2 groups, 1 managed"
    assert lines(chat())[0] == "1 group, 1 managed"
    assert lines() == ["0 groups, 0 managed"]


def test_columns_line_up_with_wide_characters():
    assert lines(chat(), chat(name="On-call", key=None, owner=None))[1:] == [
        "  key            name        owner    chat",
        '  oncall         "支付值班"  our app  oc_1',
        '  (not managed)  "On-call"   a bot    oc_1',
    ]


def test_person_is_shown_by_name_and_id():
    assert "李雷 <ou_lilei>" in lines(chat(owner="ou_lilei", owner_name="李雷"))[2]
    assert "  ou_lilei  " in lines(chat(owner="ou_lilei"))[2]


def test_external_group_is_marked_and_a_nameless_one_told():
    line = lines(chat(name=None, external=True))[2]

    assert "(no name)" in line
    assert line.endswith("(external)")


def test_long_and_hostile_names_stay_on_their_line():
    [_, _, line] = lines(chat(name="x" * 500 + "\x1b[31m\n"))

    assert "\x1b" not in line
    assert len(line) < 150


def test_programs_get_plain_data():
    answer = json.loads(chats_json("search", [chat(owner=None)]))

    assert answer["command"] == "search"
    assert answer["groups"][0]["owner"] is None
