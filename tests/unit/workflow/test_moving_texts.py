"""Moving in with announcements: into the YAML file, or into files of their own."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from reconciler.config.replace import FileChange, replace_files
from reconciler.errors import ConfigurationError
from reconciler.model.recorded import State
from tests.support.house import open_house
from tests.support.moving import open_folder
from tests.support.pretend import OURS

SHORT = "Hello\n"
LONG = "".join(f"{number}\n\n" for number in range(6)).removesuffix("\n")
LONG_LIVE = [{"text": str(number)} for number in range(6)]

FILE = """\
templates:
  common: {announcement: ./texts/common.md}
groups:
  inline:
    name: Inline
    announcement: |   # said here
      # Old
      Ask @li.lei@example.com
    # the end
  alone: {name: Alone, announcement: {markdown: ./texts/alone.md, replace_all: true}}
  heir:
    name: Heir
    template: common
  own: {name: Own, announcement: "Old"}
"""


@pytest.fixture
async def folder(house):
    with open_folder(house) as opened:
        (opened.root / "texts").mkdir()
        opened.write("texts/common.md", "Common\n")
        opened.write("texts/alone.md", "\ufeffAlone\r\n")
        opened.write("groups.yaml", FILE)
        await house.apply(*opened.groups())
        yield opened


def write(house, key, *blocks):
    """Replace the announcement of a group, as a person does in the client."""
    house.emulator.acts.write_announcement(house.chat_id(key), OURS, blocks=blocks)


class TestPull:
    async def test_text_in_the_yaml_is_replaced_where_it_stands(self, house, folder):
        write(house, "inline", {"heading1": "New"}, {"text": "Bye"})

        await folder.pull()

        assert "    announcement: |   # said here\n      # New\n\n      Bye\n    # the end\n" in folder.text()
        assert not (await folder.plan()).has_changes

    async def test_people_are_mentioned_as_they_were(self, house, folder):
        mention = {"mention_user": {"user_id": "ou_lilei"}}
        write(house, "inline", {"text": {"elements": [{"text_run": {"content": "Ask "}}, mention]}})

        await folder.pull()

        assert "      Ask @li.lei@example.com\n" in folder.text()
        assert not (await folder.plan()).has_changes

    async def test_long_text_stays_in_the_yaml_where_people_wrote_it_there(self, house, folder):
        write(house, "own", *LONG_LIVE)

        await folder.pull()

        assert 'announcement: "0\\n\\n1\\n\\n2' in folder.text()
        assert not (await folder.plan()).has_changes

    async def test_file_of_one_group_is_written(self, house, folder):
        write(house, "alone", {"text": "One"}, {"text": "Two"})

        pulled = await folder.pull()

        assert [str(each.path) for each in pulled.files] == ["texts/alone.md"]
        assert folder.text("texts/alone.md") == "\ufeffOne\r\n\r\nTwo\r\n"
        assert folder.text() == FILE
        assert not (await folder.plan()).has_changes

    async def test_emptied_announcement_empties_the_file(self, house, folder):
        write(house, "alone")

        await folder.pull()

        assert folder.text("texts/alone.md") == "\ufeff"
        assert not (await folder.plan()).has_changes

    async def test_inherited_text_is_overridden_in_the_group(self, house, folder):
        write(house, "heir", {"text": "Hello"})

        await folder.pull()

        assert "    template: common\n    announcement: |\n      Hello\n" in folder.text()
        assert folder.text("texts/common.md") == "Common\n"
        assert not (await folder.plan()).has_changes

    async def test_file_of_several_groups_stays_and_a_long_text_gets_one_of_its_own(self, house, folder):
        folder.write("more.yaml", "groups:\n  second: {name: Second, announcement: ./texts/alone.md}\n")
        await house.apply(*folder.groups())
        write(house, "second", *LONG_LIVE)

        pulled = await folder.pull()

        assert [str(each.path) for each in pulled.files] == ["announcements/second.md", "more.yaml"]
        assert folder.text("announcements/second.md") == LONG
        assert "announcement: ./announcements/second.md" in folder.text("more.yaml")
        assert folder.text("texts/alone.md") == "\ufeffAlone\r\n"
        assert not (await folder.plan()).has_changes

    async def test_text_that_markdown_cannot_say_stays_and_is_told(self, house, folder):
        write(house, "alone", {"table": [["a"]]})
        house.emulator.acts.rename(house.chat_id("alone"), "New")

        pulled = await folder.pull()

        [problem] = pulled.problems
        assert (str(problem.summary), problem.address) == ("Drift stays", "alone")
        assert [change.path for group in pulled.groups for change in group.changes] == ["name"]

    async def test_text_that_waits_to_be_applied_stays(self, house, folder):
        folder.write("groups.yaml", FILE.replace('"Old"', "New"))

        assert (await folder.pull()).files == ()


GROUPS = "".join(
    f"  - {{chat_id: oc_{name}, name: {name.title()}, owner: ou_lilei, bots: [{OURS}], managers: [{OURS}], "
    f"announcement: {announcement}}}\n"
    for name, announcement in (
        ("short", "{text: Hello}"),
        ("long", '{text: "0\\n1\\n2\\n3\\n4\\n5"}'),
        ("table", '{blocks: [{table: [["a"]]}]}'),
        ("legacy", "{type: doc, text: Hello}"),
        ("silent", "{}"),
    )
)


@pytest.fixture
async def newcomer():
    """A fleet without groups, in a tenant with announcements of all kinds."""
    async with open_house(groups=GROUPS) as house:
        house.state = State(lineage="lineage-2", fleet="acme-groups", endpoint="emulator")
        with open_folder(house) as opened:
            yield opened


class TestImport:
    async def test_short_text_stands_in_the_yaml_and_a_long_one_in_a_file(self, newcomer):
        await newcomer.import_all()

        assert "    announcement: |\n      Hello\n" in newcomer.text("imported.yaml")
        assert "    announcement: ./announcements/long.md\n" in newcomer.text("imported.yaml")
        assert newcomer.text("announcements/long.md") == LONG
        assert not (await newcomer.plan()).has_changes

    async def test_what_cannot_be_described_is_left_out_with_its_reason(self, newcomer):
        imported = await newcomer.import_all()

        left_out = {
            bound.key: str(each.reason)
            for bound in imported.bound
            for each in bound.left_out
            if each.path == "announcement"
        }
        assert left_out == {
            "legacy": "It is of the old kind (doc), which no call of the platform can replace.",
            "silent": "It is empty.",
            "table": "It holds what Markdown cannot say (table).",
        }

    @pytest.mark.parametrize(("code", "count"), [(1770032, None), (99991672, None)])
    async def test_announcements_that_we_may_not_read_are_left_out(self, newcomer, code, count):
        newcomer.house.refuse("docx_chat_announcement_get", code, count=count)

        imported = await newcomer.import_all()

        reasons = {
            str(each.reason) for bound in imported.bound for each in bound.left_out if "ann" in each.path
        }
        assert reasons == {"The platform does not let our app read it."}
        assert imported.problems == ()

    async def test_file_that_exists_is_never_overwritten(self, newcomer):
        (newcomer.root / "announcements").mkdir()
        newcomer.write("announcements/long.md", "mine")
        newcomer.write("announcements/long-2.md", LONG)

        await newcomer.import_all()

        assert newcomer.text("announcements/long.md") == "mine"
        assert "announcement: ./announcements/long-2.md" in newcomer.text("imported.yaml")
        assert not (await newcomer.plan()).has_changes

    async def test_text_stays_in_the_yaml_where_no_file_can_be_made(self, newcomer):
        newcomer.write("announcements", "a file of this name")

        await newcomer.import_all()

        assert "    announcement: |\n      0\n\n      1\n" in newcomer.text("imported.yaml")
        assert not (await newcomer.plan()).has_changes

    async def test_announcement_of_the_defaults_does_not_reach_groups_without_one(self, newcomer):
        newcomer.write("imported.yaml", "defaults: {announcement: Hello}\ngroups: {}\n")

        await newcomer.import_all("oc_silent")

        assert "announcement" in newcomer.text("imported.yaml").partition("unmanaged")[2]
        assert not (await newcomer.plan()).has_changes


def test_no_file_is_written_when_somebody_changed_one_of_them(tmp_path):
    (tmp_path / "x.yaml").write_text("new")
    changes = [
        FileChange(PurePosixPath("a.md"), "", "ours"),
        FileChange(PurePosixPath("x.yaml"), "old", "ours"),
    ]

    with pytest.raises(ConfigurationError):
        replace_files(tmp_path, changes)

    assert not (tmp_path / "a.md").exists()
