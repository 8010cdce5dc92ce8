"""`groupctl list` and `groupctl search`."""

from __future__ import annotations

import pytest

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import ADOPTED, LILEI


@pytest.fixture
def company(fleet):
    """Two groups of ours that are managed, one that Li Lei owns and one that everybody sees."""
    fleet.edit(
        "tenant.emulator.yaml",
        "users:",
        f"""groups:
  - {{chat_id: {ADOPTED}, name: 采购部, owner: {LILEI}, members: [{LILEI}, cli_a10fbf7e94b8d01d]}}
  - {{chat_id: oc_public, name: 支付公告, owner: {LILEI}, members: [{LILEI}], settings: {{chat_type: public}}}}
users:""",
    )
    fleet.edit("tenant.emulator.yaml", "{key: tk_acme}", "{key: tk_acme, search_lag: 0}")
    return fleet.applied()


def test_every_group_that_our_app_is_in_stands_on_a_line_with_its_key(company):
    result = company.run("list")

    lines = [line.split() for line in result.stdout.splitlines()]
    assert result.status == 0
    assert lines[:2] == [["3", "groups,", "2", "managed"], ["key", "name", "owner", "chat"]]
    assert lines[2:] == [
        ["project", '"Project"', "our", "app", company.chat_id("project")],
        ["oncall", '"支付值班"', "our", "app", company.chat_id("oncall")],
        ["(not", "managed)", '"采购部"', "李雷", f"<{LILEI}>", ADOPTED],
    ]


def test_columns_line_up_whatever_the_script(company):
    from reconciler.render.columns import cell_width

    lines = company.run("list").stdout.splitlines()[2:]

    assert len({cell_width(line.rpartition("oc_")[0]) for line in lines}) == 1


def test_programs_get_the_same_as_json(company):
    result = company.run("list", "--format", "json")

    assert result.json["command"] == "list"
    assert result.json["groups"][-1] == {
        "chat_id": ADOPTED,
        "name": "采购部",
        "key": None,
        "owner": LILEI,
        "owner_name": "李雷",
        "external": False,
    }
    assert [group["owner"] for group in result.json["groups"]] == ["self", "self", LILEI]


def test_no_group_is_an_answer(fleet):
    result = fleet.run("list")

    assert (result.status, result.stdout) == (0, "0 groups, 0 managed\n")


def test_chat_id_of_the_configuration_is_a_key_already(company):
    company.edit(
        "groups.yaml", "  project:", f"  bought:\n    chat_id: {ADOPTED}\n    name: 采购部\n  project:"
    )

    assert "bought" in company.run("list").stdout


def test_dissolved_group_is_left_out(company):
    with company.emulator() as emulator:
        emulator.acts.dissolve(ADOPTED, keep_history=True)

    assert ADOPTED not in company.run("list").stdout


def test_search_finds_groups_that_our_app_is_not_in(company):
    result = company.run("search", "支付", "--format", "json")

    assert [(group["name"], group["key"]) for group in result.json["groups"]] == [
        ("支付值班", "oncall"),
        ("支付公告", None),
    ]


def test_hyphen_in_the_text_is_searched_for(company):
    with company.emulator() as emulator:
        emulator.acts.rename(company.chat_id("project"), "on-call")

    assert "on-call" in company.run("search", "on-call").stdout


@pytest.mark.parametrize("keyword", ["", "  ", "x" * 65])
def test_text_that_never_finds_anything_is_wrong_usage(company, keyword):
    result = company.run("search", keyword)

    assert result.status == 64
    assert result.stderr.startswith("error: Nothing to search for\n")


def test_platform_that_refuses_is_told(company, emulators, one_attempt):
    emulators.faults = [Fault(FaultKind.ANSWER, "chat_list", code=99991672, count=None)]

    result = company.run("list", "--format", "json")

    assert result.status == 1
    assert result.summaries == ["App lacks a scope"]
