"""State that outlives the process, and two of them on one file."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.emulator import (
    DatabaseError,
    Emulator,
    Fault,
    FaultKind,
    ManualClock,
    RealClock,
    ScenarioError,
    open_emulator,
)
from tests.support.pretend import Pretend, scenario

GROUPS = "  - {chat_id: oc_old, name: Old, members: [李雷]}"


@pytest.fixture
def reopen(tmp_path):
    """Open the same database again, with a changed scenario if wanted."""
    opened = []

    def build(**switches):
        database = tmp_path / "deep" / "emulator.sqlite"
        opened.append(Pretend(Emulator.from_text(scenario(**switches), database, ManualClock())))
        return opened[-1]

    yield build
    for each in opened:
        each.close()


def test_runs_see_each_others_effect(reopen):
    chat_id = reopen().create(name="Team", user_id_list=["ou_lilei"])

    assert reopen().members(chat_id) == ["ou_lilei"]


def test_tokens_outlive_the_process(reopen):
    token = reopen().sign_in()

    assert reopen().call("bot_info", token=token).code == 0


def test_quota_outlives_the_process(tmp_path):
    clock = ManualClock()

    def opened():
        return Pretend(Emulator.from_text(scenario(), tmp_path / "emulator.sqlite", clock))

    first = opened()
    for _ in range(1000):
        assert first.call("chat_list").code == 0
        clock.move(0.04)
    first.close()
    second = opened()

    refused = second.call("chat_list")
    clock.move(20)
    allowed = second.call("chat_list")

    second.close()
    assert (refused.code, refused.response.headers["x-ogw-ratelimit-reset"]) == (99991400, "20")
    assert allowed.code == 0


def test_ids_never_come_twice(reopen):
    first = reopen().create()

    assert reopen().create() != first


def test_uuid_outlives_the_process(reopen):
    first = reopen().create(uuid="once")

    assert reopen().create(uuid="once") == first


def test_moved_clock_outlives_the_process(reopen):
    first = reopen()
    first.emulator.move_clock(60)

    assert reopen().emulator.clock.now() == first.emulator.clock.now()


def test_known_scenario_leaves_the_groups_alone(reopen):
    first = reopen(groups=GROUPS)
    first.call("chat_update", "oc_old", body={"name": "New"})

    assert reopen(groups=GROUPS).get("oc_old")["name"] == "New"


def test_changed_scenario_brings_people_switches_and_new_groups(reopen):
    first = reopen(groups=GROUPS)
    first.call("chat_update", "oc_old", body={"name": "New"})

    second = reopen(
        groups=GROUPS + "\n  - {chat_id: oc_more, name: More}",
        users="  - {name: Ada, open_id: ou_ada}\n",
        tenant="public_groups: false",
    )

    assert second.get("oc_old")["name"] == "New"
    assert second.get("oc_more")["name"] == "More"
    assert second.call("chat_members_create", "oc_more", body={"id_list": ["ou_ada"]}).code == 0
    assert second.call("chat_create", body={"chat_type": "public", "name": "Team"}).code == 232091


def test_reset_begins_anew(reopen):
    api = reopen(groups=GROUPS)
    api.call("chat_update", "oc_old", body={"name": "New"})
    made = api.create(uuid="once")
    api.emulator.move_clock(60)
    api.emulator.faults.add(Fault(FaultKind.DROP, count=None))

    api.emulator.reset()

    api.sign_in()
    assert [chat["name"] for chat in api.emulator.acts.chats()] == ["Old"]
    assert api.emulator.clock.now() == ManualClock().now()
    assert api.create(uuid="once") == made  # the same seed begins again


def test_reset_takes_the_present_quota_away(reopen):
    api = reopen()
    for _ in range(51):
        api.call("chat_list")

    api.emulator.reset()

    api.sign_in()
    assert api.call("chat_list").status == 200


def test_two_processes_on_one_file_lose_no_update(tmp_path):
    path, database = tmp_path / "scenario.yaml", tmp_path / "emulator.sqlite"
    path.write_text(scenario(tenant="quota: false", groups="  - {chat_id: oc_x}"), encoding="utf-8")
    open_emulator(path, database).close()
    script = f"""
import asyncio
from pathlib import Path
from reconciler.emulator import open_emulator

emulator = open_emulator(Path({str(path)!r}), Path({str(database)!r}))
for number in range(100):
    emulator.acts.add_tab("oc_x", "url", str(number), "https://x.example")
emulator.close()
"""
    root = Path(__file__).parents[3]
    runs = [subprocess.Popen([sys.executable, "-c", script], cwd=root) for _ in range(2)]

    assert [run.wait(timeout=60) for run in runs] == [0, 0]

    emulator = open_emulator(path, database)
    tabs = emulator.acts.chat("oc_x")["tabs"]
    assert len(tabs) == 2 + 200
    assert len({tab["tab_id"] for tab in tabs}) == 202
    emulator.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            b"this is no database at all, only some text in a file" * 30, "not a database", id="text"
        ),
        pytest.param(None, "version 7", id="tables of another version"),
    ],
)
def test_unusable_database_is_told(tmp_path, content, message):
    database = tmp_path / "emulator.sqlite"
    if content is None:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA user_version = 7")
    else:
        database.write_bytes(content)

    with pytest.raises(DatabaseError, match=message):
        Emulator.from_text(scenario(), database)


def test_database_below_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(DatabaseError, match="file"):
        Emulator.from_text(scenario(), tmp_path / "file" / "emulator.sqlite")


def test_wrong_scenario_leaves_the_database_as_it_was(reopen, tmp_path):
    chat_id = reopen().create(name="Team")

    with pytest.raises(ScenarioError):
        Emulator.from_text("version: 2", tmp_path / "deep" / "emulator.sqlite")

    assert reopen().get(chat_id)["name"] == "Team"


def test_real_clock_runs_and_moves():
    clock = RealClock()
    before = clock.now()

    clock.move(3600)

    assert 3600 <= clock.now() - before < 3660


def test_importing_the_package_stays_light():
    code = "import sys, reconciler.emulator; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = ["httpx", "starlette", "uvicorn", "pydantic", "ruamel.yaml", "rich", "click"]

    result = subprocess.run(
        [sys.executable, "-c", code, *heavy],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )

    assert result.stdout.strip() == "[]"
