"""What documents tell their readers to do works, and looks as they say."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from tests.support.cli import (
    ADOPTED,
    APP,
    APP_SECRET,
    GROUPS,
    HANMEI,
    LILEI,
    REPOSITORY,
    SCENARIO,
    SETTINGS,
    make_fleet,
)
from tests.support.served import served
from tests.support.walkthrough import walk_through

pytestmark = pytest.mark.timeout(400)

CHAT = "oc_a0553eda9014c201e6969b478895c230"
OTHER = "oc_b1664feb0a25d3120707a7c58a9a6d41"
COMPANY = f"""\
{SCENARIO}groups:
  - chat_id: {CHAT}
    name: 支付值班
    owner: {LILEI}
    members: [{HANMEI}]
    bots: [{APP}]
    managers: [{APP}]
    settings: {{at_all_permission: only_owner}}
  - {{chat_id: {OTHER}, name: Sales 销售, owner: {LILEI}, bots: [{APP}], managers: [{APP}],
     announcement: {{text: "1\\n2\\n3\\n4\\n5\\n6"}}}}
"""


def page(name):
    return (REPOSITORY / name).read_text(encoding="utf-8")


def readme_section(title):
    return page("README.md").partition(f"## {title}\n")[2].partition("\n## ")[0]


@contextmanager
def reader_on(scenario, root):
    """The environment of somebody whose fleet is on a platform with a socket of its own."""
    platform = make_fleet(root / "platform", scenario=scenario)
    with platform.emulator() as emulator, served(emulator.handle) as url:
        yield {
            "GROUPCTL_ENDPOINT": url,
            # Where it is kept on the real platform; a loopback address has one of its own else.
            "GROUPCTL_STATE": "groupctl.lock.json",
            "FEISHU_APP_ID": APP,
            "FEISHU_APP_SECRET": APP_SECRET,
        }


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "reader").mkdir()
    return tmp_path / "reader"


def test_tutorial(folder):
    installed = {"scripts/setup emulator": ":", ". .venv/bin/activate": ":"}

    walk_through(page("docs/tutorial.md"), folder, instead=installed)


def test_first_fleet(folder):
    scenario = SCENARIO.replace("name: 李雷", "name: 李雷, email: li.lei@example.com")

    with reader_on(scenario, folder.parent) as variables:
        walk_through(
            page("docs/howto/first-fleet.md"), folder, variables=variables, instead={"export FEISHU_": ":"}
        )


def test_moving_in(folder):
    make_fleet(folder, groups="groups: {}\n", scenario=COMPANY)

    walk_through(page("docs/howto/moving-in.md"), folder)


def test_readme_leads_an_existing_company_in(folder):
    fleet = make_fleet(folder, groups="groups: {}\n", scenario=COMPANY)

    shown = walk_through(
        readme_section("Move an existing company in"),
        folder,
        before={"groupctl pull": f"groupctl emulator act rename chat_id={CHAT} name=支付值班室"},
    )

    assert shown.count("No changes.") == 2
    assert "支付值班室" in (fleet.root / "oncall.yaml").read_text(encoding="utf-8")


def test_drift(folder):
    fleet = make_fleet(folder).applied()
    with fleet.emulator() as emulator:
        emulator.acts.rename(fleet.chat_id("oncall"), "值班室")

    walk_through(page("docs/howto/drift.md"), folder)


def test_saved_plans(folder):
    make_fleet(folder)

    walk_through(page("docs/howto/saved-plans.md"), folder)


def test_recovery(folder):
    company = f"{SCENARIO}groups:\n  - {{chat_id: {ADOPTED}, name: 支付值班, owner: {APP}}}\n"
    files = {
        "settings": SETTINGS.replace("emulator", "feishu", 1),
        "groups": "groups: {oncall: {name: 支付值班}}\n",
    }
    with reader_on(company, folder.parent) as variables, pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        fleet = make_fleet(folder, **files)
        assert fleet.run("state", "init").status == 0
        assert fleet.run("adopt", f"oncall={ADOPTED}").status == 0
        fleet.applied().commit()

        lost = "rm groupctl.lock.json"
        walk_through(
            page("docs/howto/recovery.md"),
            folder,
            variables=variables,
            before={"git restore": lost, "groupctl state init": lost},
        )


def test_incidents(folder):
    fleet = make_fleet(folder, groups=GROUPS).applied().commit()
    fleet.edit("groups.yaml", "name: Project", "name: Projekt").applied().commit()
    lock = json.dumps(
        {"holder": "ci", "pid": 4711, "time": "2026-06-12T15:04:48Z", "command": "groupctl apply"}
    )
    chats = {key: f"chat_id={fleet.chat_id(key)}" for key in ("oncall", "project")}

    walk_through(
        page("docs/howto/incidents.md"),
        folder,
        before={
            "groupctl drift": f"groupctl emulator act change {chats['oncall']} at_all_permission=all_members",
            "groupctl state unlock": f"echo '{lock}' > .groupctl/emulator.lock.json.lock",
            "groupctl plan      #": f"groupctl emulator act dissolve {chats['project']}",
        },
    )
