"""Groups that change hands, are renamed, dissolved and come back, through the command line."""

from __future__ import annotations

from tests.support.cli import LILEI, SETTINGS, make_fleet

GROUP = "groups:\n  oncall: {name: 值班, on_remove: dissolve}\n  project: {name: 项目}\n"
WITHOUT = "groups:\n  project: {name: 项目}\n"


def test_group_is_dissolved_only_by_the_name_of_the_guard(tmp_path):
    fleet = make_fleet(tmp_path, GROUP).applied()
    chat_id = fleet.chat_id("oncall")
    fleet.write("groups.yaml", WITHOUT)

    refused = fleet.run("apply", "--yes")
    done = fleet.run("apply", "--yes", "--override", "dissolve")

    assert refused.status == 4
    assert "--override dissolve" in refused.stdout
    assert done.status == 0
    with fleet.emulator() as emulator:
        assert emulator.acts.chat(chat_id)["status"] == "dissolved"


def test_key_of_a_dissolved_group_that_comes_back_gets_a_new_group(tmp_path):
    fleet = make_fleet(tmp_path, GROUP).applied()
    first = fleet.chat_id("oncall")
    fleet.write("groups.yaml", WITHOUT).run("apply", "--yes", "--override", "dissolve")
    fleet.write("groups.yaml", GROUP)

    result = fleet.run("apply", "--yes")

    assert result.status == 0
    assert fleet.chat_id("oncall") != first


def test_renamed_key_keeps_its_group(tmp_path):
    fleet = make_fleet(tmp_path, GROUP).applied()
    chat_id = fleet.chat_id("oncall")
    fleet.write("groups.yaml", GROUP.replace("oncall: {", "rota: {previously: [oncall], "))

    result = fleet.run("apply", "--yes")

    assert result.status == 0
    assert "rename (no call): the key was `oncall` before" in result.stdout
    assert fleet.chat_id("rota") == chat_id
    assert fleet.run("plan", "--detailed-exitcode").status == 0


def test_group_is_given_away_only_by_the_name_of_the_guard(tmp_path):
    settings = SETTINGS.replace("{endpoint: emulator}", "{endpoint: emulator, operate_as_owner: true}")
    fleet = make_fleet(tmp_path, GROUP, settings).applied()
    fleet.write("groups.yaml", GROUP.replace("{name: 值班", f"{{name: 值班, owner: {LILEI}"))

    refused = fleet.run("apply", "--yes")
    done = fleet.run("apply", "--yes", "--override", "owner")

    assert (refused.status, done.status) == (4, 0)
    assert "Plan gives groups away" in refused.stdout
    with fleet.emulator() as emulator:
        assert emulator.acts.chat(fleet.chat_id("oncall"))["owner"] == LILEI
