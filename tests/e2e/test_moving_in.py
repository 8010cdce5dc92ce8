"""`groupctl import`, `adopt` and `pull`."""

from __future__ import annotations

import pytest

from tests.support.cli import APP, HANMEI, LILEI, SCENARIO, command, environment, make_fleet
from tests.support.terminal import Terminal

CHAT = "oc_a0553eda9014c201e6969b478895c230"
OTHER = "oc_b1664feb0a25d3120707a7c58a9a6d41"
OUTSIDE = "oc_c2775afc1b36e4231818b8d69bab7e52"

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
  - {{chat_id: {OUTSIDE}, name: Elsewhere, owner: {LILEI}}}
"""


@pytest.fixture
def company(tmp_path):
    """A fleet without groups, in a company that has some."""
    return make_fleet(tmp_path / "fleet", groups="groups: {}\n", scenario=COMPANY)


class TestImport:
    def test_after_import_the_plan_is_empty(self, company):
        result = company.run("import", "--all", "--yes")

        assert result.status == 0, result
        assert "2 groups are described in imported.yaml:" in result.stdout
        assert (
            "2 groups to describe in imported.yaml: at least 10 calls, and 0:00 at the quota" in result.stderr
        )
        assert set(company.state["groups"]) == {"sales", "group-a0553eda"}
        assert company.run("plan").stdout.startswith("No changes.")

    def test_long_announcement_stands_in_a_file_of_its_own(self, company):
        company.run("import", "--all", "--yes", "--file", "teams/all.yaml")

        text = (company.root / "teams" / "all.yaml").read_text(encoding="utf-8")
        assert "announcement: ./announcements/sales.md\n" in text
        markdown = (company.root / "teams" / "announcements" / "sales.md").read_text(encoding="utf-8")
        assert markdown == "1\n\n2\n\n3\n\n4\n\n5\n\n6\n"
        assert company.run("plan").stdout.startswith("No changes.")

    def test_what_our_role_may_not_write_is_told(self, company):
        result = company.run("import", CHAT, "--yes")

        assert "without announcement: It is empty." in result.stdout
        assert (
            "without managers, moderation: Only the owner may do this; our app is a manager here."
            in result.stdout
        )
        assert "Avatar and top notice are not described" in result.stderr

    def test_members_and_owner_come_when_asked(self, company):
        company.run("import", CHAT, "--yes", "--facets", "members,owner", "--file", "teams/pay.yaml")

        text = (company.root / "teams" / "pay.yaml").read_text(encoding="utf-8")
        assert f"owner: {LILEI}" in text
        assert f"members: [{HANMEI}, {LILEI}]" in text
        assert company.run("plan").stdout.startswith("No changes.")

    def test_second_import_passes_over_what_has_a_key(self, company):
        company.run("import", "--all", "--yes")

        result = company.run("import", "--all", "--yes")

        assert result.stdout == "No new groups.\n2 groups had a key already.\n"
        assert result.status == 0

    def test_some_groups_that_cannot_be_imported(self, company):
        result = company.run("import", OUTSIDE, OTHER, "--yes", "--format", "json")

        assert result.status == 3
        assert result.summaries == ["Our app is not in the group"]
        assert [each["key"] for each in result.json["imported"]] == ["sales"]
        assert {each["path"] for each in result.json["imported"][0]["left_out"]} == {"managers", "moderation"}

    def test_nothing_imported_is_a_failure(self, company):
        assert company.run("import", OUTSIDE, "--yes").status == 1

    def test_somebody_who_says_no_changes_nothing(self, company):
        terminal = Terminal(command("import", "--all"), company.root, environment())

        terminal.wait_for("Go on? [y/N]: ")
        terminal.type("n\n")

        assert terminal.end() == 0
        assert "Nothing was changed." in terminal.shown
        assert not (company.root / "imported.yaml").exists()

    @pytest.mark.parametrize(
        ("arguments", "summary"),
        [
            ((), "Which groups?"),
            (("--all", CHAT), "Which groups?"),
            (("x",), "Not a chat"),
            (("--all", "--facets", "avatar"), "Facet cannot be described"),
            (("--all", "--facets", "nope"), "Facet cannot be described"),
        ],
    )
    def test_wrong_usage(self, company, arguments, summary):
        result = company.run("import", "--yes", "--format", "json", *arguments)

        assert (result.status, result.summaries) == (64, [summary])

    def test_file_outside_the_fleet_is_refused(self, company):
        result = company.run("import", "--all", "--yes", "--file", "../x.yaml")

        assert result.status == 1
        assert "Path outside the fleet" in result.stderr
        assert not (company.root.parent / "x.yaml").exists()


class TestAdopt:
    def test_key_of_the_files_gets_the_chat(self, company, emulators):
        company.write("groups.yaml", "groups:\n  pay: {permissions: {at_all: only_owner}}\n")

        result = company.run("adopt", f"pay={CHAT}")

        assert (result.status, result.stdout) == (0, f'pay  {CHAT}  "支付值班"\n')
        assert company.chat_id("pay") == CHAT
        assert set(emulators.operations) == {"chat_get"}
        assert company.run("plan").stdout.startswith("No changes.")

    def test_some_keys_that_cannot_be_bound(self, company):
        company.write("groups.yaml", "groups:\n  pay: {}\n")

        result = company.run("adopt", f"pay={CHAT}", f"nope={OTHER}", "--format", "json")

        assert (result.status, result.summaries) == (3, ["Key is not in the files"])
        assert [each["key"] for each in result.json["bound"]] == ["pay"]

    @pytest.mark.parametrize("binding", ["pay", "pay=x", f"Pay={CHAT}", f"={CHAT}"])
    def test_what_is_no_binding_is_wrong_usage(self, company, binding):
        assert company.run("adopt", binding).status == 64

    def test_one_chat_has_one_key(self, company):
        assert company.run("adopt", f"a={CHAT}", f"b={CHAT}").status == 64


class TestPull:
    def test_difference_of_the_files_is_shown_and_written(self, fleet):
        fleet.applied()
        with fleet.emulator() as emulator:
            emulator.acts.rename(fleet.chat_id("oncall"), "新值班")

        result = fleet.run("pull", "--yes")

        assert result.status == 0
        assert "-    name: 支付值班\n+    name: 新值班\n" in result.stdout
        assert result.stdout.endswith("The files of 1 group follow what is live.\n")
        assert fleet.run("plan").stdout.startswith("No changes.")

    def test_difference_of_an_announcement_in_a_file_is_shown_and_written(self, fleet):
        fleet.edit("groups.yaml", "    description: 支付线上值班", "    announcement: ./oncall.md")
        fleet.write("oncall.md", "# 值班\n\n电话 110\n")
        fleet.applied()
        with fleet.emulator() as emulator:
            emulator.acts.write_announcement(fleet.chat_id("oncall"), APP, blocks=[{"heading1": "值班"}])

        result = fleet.run("pull", "--yes")

        assert "--- oncall.md\n+++ oncall.md\n" in result.stdout
        assert "-电话 110\n" in result.stdout
        assert (fleet.root / "oncall.md").read_text(encoding="utf-8") == "# 值班\n"
        assert fleet.run("plan").stdout.startswith("No changes.")

    def test_programs_get_the_changes(self, fleet):
        fleet.applied()
        with fleet.emulator() as emulator:
            emulator.acts.rename(fleet.chat_id("oncall"), "新值班")

        result = fleet.run("pull", "--yes", "--format", "json")

        [group] = result.json["groups"]
        assert group["changes"] == [{"path": "name", "live": "新值班", "configured": "支付值班"}]
        assert [each["file"] for each in result.json["files"]] == ["groups.yaml"]

    def test_without_drift_there_is_nothing_to_do(self, fleet):
        assert fleet.applied().run("pull", "--yes").stdout == "No drift: nothing to take over.\n"

    def test_somebody_who_says_no_changes_nothing(self, fleet):
        fleet.applied()
        with fleet.emulator() as emulator:
            emulator.acts.rename(fleet.chat_id("oncall"), "新值班")
        terminal = Terminal(command("pull"), fleet.root, environment())

        terminal.wait_for("Change 1 file? [y/N]: ")
        terminal.type("n\n")

        assert terminal.end() == 0
        assert "支付值班" in (fleet.root / "groups.yaml").read_text(encoding="utf-8")

    def test_group_that_cannot_be_read_is_told(self, fleet):
        fleet.applied()
        with fleet.emulator() as emulator:
            emulator.acts.rename(fleet.chat_id("oncall"), "新值班")
            emulator.acts.dissolve(fleet.chat_id("project"))

        result = fleet.run("pull", "--yes")

        assert result.status == 3
        assert "Group is dissolved" in result.stderr
