"""`groupctl drift --notify`, `--metrics` and `--report`: who hears of drift, and that nothing of it gets in the way."""

from __future__ import annotations

import json
import os

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.emulator import Fault, FaultKind
from tests.support.cli import run_process
from tests.support.custom_bot import PATH, CustomBot
from tests.support.served import served

KEY = "canary-5f0c1d7e-key"


@pytest.fixture
def renamed(fleet):
    """Applied, and one group got another name in the client."""
    fleet.applied()
    _rename(fleet, "有人改了")
    return fleet


def _rename(fleet, name, key="oncall"):
    with fleet.emulator() as emulator:
        emulator.acts.rename(fleet.chat_id(key), name)


def _received(fleet, key="project"):
    """Return the last card in the chat of a group; `None` when there is none."""
    with fleet.emulator() as emulator:
        found = emulator.store.last_message(fleet.chat_id(key))
        document = emulator.store.message(found[0]).document if found else None
    return json.loads(document["body"]["content"]) if document else None


def _to_project(fleet):
    return ("--notify", f"chat:{fleet.chat_id('project')}")


def _texts(card):
    return [each["content"] for each in card["body"]["elements"]]


@pytest.fixture
def bot(monkeypatch):
    kept = CustomBot(KEY)
    with served(kept.answer) as url:
        monkeypatch.setenv("GROUPCTL_WEBHOOK_OPS_ROOM", url + PATH)
        monkeypatch.setenv("GROUPCTL_WEBHOOK_OPS_ROOM_SECRET", KEY)
        yield kept


OPS = ("--notify", "webhook:ops-room")


# ------------------------------------------------------------------ as the app


def test_card_of_what_changed_arrives_in_the_chat(renamed):
    result = renamed.run("drift", *_to_project(renamed))

    card = _received(renamed)
    assert result.status == 2
    assert "Drift: 1 group with 1 difference." in result.stdout
    assert card["header"]["title"]["content"] == "Drift in the fleet acme-7f3a on emulator"
    assert _texts(card)[0] == "Drift: 1 group with 1 difference."
    assert 'changed name: "支付值班" → "有人改了"' in _texts(card)[1]


def test_process_of_its_own_sends_the_card_and_writes_metrics(renamed):
    result = run_process("drift", *_to_project(renamed), "--metrics", "drift.prom", cwd=renamed.root)

    assert result.status == 2, result
    assert "有人改了" in json.dumps(_received(renamed), ensure_ascii=False)
    assert (renamed.root / "drift.prom").exists()


def test_what_was_told_is_not_told_again(renamed, emulators):
    for _ in range(2):
        assert renamed.run("drift", *_to_project(renamed)).status == 2

    assert emulators.operations.count("im_message_create") == 1


def test_drift_that_changed_is_told(renamed):
    renamed.run("drift", *_to_project(renamed))
    _rename(renamed, "又改了")

    renamed.run("drift", *_to_project(renamed))

    assert '→ "又改了"' in _texts(_received(renamed))[1]


def test_end_of_the_drift_is_told_once_and_its_return_is_new(renamed, emulators):
    target = _to_project(renamed)
    renamed.run("drift", *target)
    renamed.applied()
    renamed.run("drift", *target)
    ended = _received(renamed)
    renamed.run("drift", *target)
    _rename(renamed, "有人改了")
    result = renamed.run("drift", *target)

    assert _texts(ended)[0] == "The drift of 1 group ended."
    assert result.stderr == f"Told {target[1]}.\n"
    assert emulators.operations.count("im_message_create") == 3


def test_drift_of_groups_that_were_not_looked_at_has_not_ended(renamed):
    renamed.run("drift", *_to_project(renamed))
    renamed.run("drift", "project", *_to_project(renamed))

    assert _texts(_received(renamed))[0] == "Drift: 1 group with 1 difference."


def test_app_that_is_refused_is_a_warning_and_what_was_not_told_is_told_next_time(
    renamed, emulators, one_attempt
):
    emulators.faults = [Fault(FaultKind.ANSWER, "im_message_create", code=230018, count=1)]
    refused = renamed.run("drift", "--format", "json", *_to_project(renamed))
    emulators.faults = []
    renamed.run("drift", *_to_project(renamed))

    assert (refused.status, refused.json["has_drift"]) == (2, True)
    assert "warning: Drift could not be told" in refused.stderr
    assert "App may not speak in the group" in refused.stderr
    assert _received(renamed) is not None


def test_message_whose_answer_was_lost_is_sent_once(renamed, emulators):
    emulators.faults = [Fault(FaultKind.DROP, "im_message_create", done=True, count=1)]

    result = renamed.run("drift", *_to_project(renamed))

    assert f"Told chat:{renamed.chat_id('project')}." in result.stderr
    assert emulators.operations.count("im_message_create") == 2
    with renamed.emulator() as emulator:
        assert emulator.store.bot_messages_after(renamed.chat_id("project"), 0) == 1


def test_unknown_chat_is_a_warning(renamed):
    result = renamed.run("drift", "--notify", "chat:oc_00000000000000000000000000000000")

    assert result.status == 2
    assert "warning: Drift could not be told" in result.stderr
    assert not (renamed.root / ".groupctl" / "drift.json").exists()


def test_what_was_told_is_kept_where_people_want_it(renamed, monkeypatch):
    monkeypatch.setenv("GROUPCTL_JOURNAL", str(renamed.root / "kept" / "journal"))

    renamed.run("drift", *_to_project(renamed), "--notify-state", "cache/drift.json")
    renamed.run("drift", *_to_project(renamed))

    assert (renamed.root / "cache" / "drift.json").exists()
    assert (renamed.root / "kept" / "journal" / "drift.json").exists()
    assert not (renamed.root / ".groupctl" / "drift.json").exists()


def test_file_of_what_was_told_that_holds_something_else_is_a_warning(renamed):
    renamed.write("told.json", "[]")

    result = renamed.run("drift", *_to_project(renamed), "--notify-state", "told.json")

    assert result.status == 2
    assert "warning: Told drift cannot be remembered" in result.stderr
    assert _received(renamed) is not None


def test_file_of_what_was_told_that_cannot_be_written_is_a_warning(renamed):
    renamed.write("file", "")

    result = renamed.run("drift", *_to_project(renamed), "--notify-state", "file/told.json")

    assert result.status == 2
    assert "warning: Told drift cannot be remembered" in result.stderr
    assert _received(renamed) is not None


@pytest.mark.parametrize(
    "target",
    [
        "",
        "chat:",
        "chat:x y",
        "mail:a",
        "webhook:",
        "webhook:a/b",
        "webhook:ops_secret",
        "webhook:x-Secret-File",
    ],
)
def test_other_words_are_wrong_usage(fleet, target):
    assert fleet.run("drift", "--notify", target).status == 64


# ------------------------------------------------------------------ custom bots


def test_card_arrives_at_the_custom_bot_signed(renamed, bot):
    result = renamed.run("drift", *OPS)

    assert result.status == 2
    assert bot.paths == [f"POST {PATH}"]
    assert "有人改了" in _texts(bot.cards[0])[1]


def test_every_target_is_told_once_by_itself(renamed, bot):
    bot.faults = [(200, {"code": 19024, "msg": "Key Words Not Found"})]
    target = _to_project(renamed)

    first = renamed.run("drift", *OPS, *target, *target)
    second = renamed.run("drift", *OPS, *target)

    assert (
        "webhook:ops-room: Platform refused the call. The platform said: Key Words Not Found" in first.stderr
    )
    assert f"Told {target[1]}." in first.stderr
    assert second.stderr == "Told webhook:ops-room.\n"


@pytest.mark.parametrize("fault", ["lost", (500, {}), (302, {})])
def test_message_to_a_custom_bot_that_may_have_arrived_is_not_repeated(renamed, bot, fault):
    bot.faults = [fault]

    result = renamed.run("drift", *OPS)

    assert result.status == 2
    assert "warning: Drift could not be told" in result.stderr
    assert len(bot.paths) == 1


def test_message_that_a_custom_bot_refused_until_later_is_repeated(renamed, bot):
    bot.faults = [(429, {"code": 11232, "msg": "frequency limited"})]

    renamed.run("drift", *OPS)

    assert (len(bot.paths), len(bot.cards)) == (2, 1)


def test_wrong_key_is_a_warning(renamed, bot, monkeypatch):
    monkeypatch.setenv("GROUPCTL_WEBHOOK_OPS_ROOM_SECRET", "another")

    result = renamed.run("drift", *OPS)

    assert "sign match fail" in result.stderr
    assert bot.cards == []


def test_key_can_stand_in_a_file(renamed, bot, monkeypatch):
    renamed.write("key", f"{KEY}\n")
    monkeypatch.delenv("GROUPCTL_WEBHOOK_OPS_ROOM_SECRET")
    monkeypatch.setenv("GROUPCTL_WEBHOOK_OPS_ROOM_SECRET_FILE", "key")

    renamed.run("drift", *OPS)

    assert len(bot.cards) == 1


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (None, "GROUPCTL_WEBHOOK_OPS_ROOM is not set."),
        ("ftp://127.0.0.1/x", "is no http:// or https:// URL"),
        ("https://[", "is no http:// or https:// URL"),
        ("https://open.feishu.cn/a?b=c", "neither a user, a query nor a fragment"),
        ("https://evil.example/canary-path", "evil.example, which is not trusted"),
        ("http://open.feishu.cn/canary-path", "needs https://"),
    ],
)
def test_webhook_that_may_not_be_used_is_a_warning_without_its_path(renamed, monkeypatch, url, told):
    monkeypatch.setenv("GROUPCTL_WEBHOOK_OPS_ROOM_SECRET", KEY)
    if url:
        monkeypatch.setenv("GROUPCTL_WEBHOOK_OPS_ROOM", url)

    result = renamed.run("drift", *OPS)

    assert result.status == 2
    assert told in result.stderr
    assert "canary" not in result.stderr


def test_webhook_that_is_missing_is_told_while_nothing_drifted(fleet):
    result = fleet.applied().run("drift", *OPS)

    assert result.status == 0
    assert "GROUPCTL_WEBHOOK_OPS_ROOM is not set." in result.stderr


def test_webhook_without_a_key_is_a_warning(renamed, bot, monkeypatch):
    monkeypatch.delenv("GROUPCTL_WEBHOOK_OPS_ROOM_SECRET")

    result = renamed.run("drift", *OPS)

    assert "Neither GROUPCTL_WEBHOOK_OPS_ROOM_SECRET nor" in result.stderr
    assert bot.paths == []


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("fault", [None, "lost", (200, {"code": 1, "msg": f"no bot at {PATH} with {KEY}"})])
def test_address_and_key_of_a_custom_bot_are_nowhere(renamed, bot, fault, log_format):
    bot.faults = [fault] if fault else []

    result = renamed.run("drift", "-vv", "--log-format", log_format, *OPS, "--metrics", "drift.prom")

    written = [
        file.read_bytes().decode(errors="replace") for file in renamed.root.rglob("*") if file.is_file()
    ]
    assert "canary" not in result.stdout + result.stderr + "".join(written)


# ------------------------------------------------------------------ metrics


def _metrics(fleet, name="drift.prom"):
    families = text_string_to_metric_families((fleet.root / name).read_text(encoding="utf-8"))
    return {
        (
            sample.name,
            *sorted(value for label, value in sample.labels.items() if label != "fleet"),
        ): sample.value
        for family in families
        for sample in family.samples
    }


def test_metrics_tell_groups_changes_and_calls(renamed):
    renamed.run("drift", "--metrics", "drift.prom")

    found = _metrics(renamed)
    assert found["groupctl_drift_managed_groups",] == 2
    assert found["groupctl_drift_groups", "drifted"] == 1
    assert found["groupctl_drift_changes", "low", "neutral"] == 1
    assert found["groupctl_drift_api_calls", "chat_get"] == 2
    assert found["groupctl_drift_success",] == 1


def test_metrics_can_be_read_by_others(renamed):
    before = os.umask(0o022)
    try:
        renamed.run("drift", "--metrics", "drift.prom")
    finally:
        os.umask(before)

    assert (renamed.root / "drift.prom").stat().st_mode & 0o777 == 0o644


def test_run_that_fails_keeps_the_time_of_the_last_success(renamed, closed_port, monkeypatch, one_attempt):
    renamed.run("drift", "--metrics", "drift.prom")
    success = _metrics(renamed)["groupctl_drift_last_success_timestamp_seconds",]
    renamed.write("groups.yaml", "groups: {a: {nam: x}}\n")

    failed = renamed.run("drift", "--metrics", "drift.prom")

    found = _metrics(renamed)
    assert failed.status == 1
    assert 'groupctl_drift_success{fleet="acme-7f3a"} 0' in (renamed.root / "drift.prom").read_text()
    assert found["groupctl_drift_last_success_timestamp_seconds",] == success
    assert ("groupctl_drift_managed_groups",) not in found


@pytest.mark.parametrize("file", ["nowhere/drift.prom", "."])
def test_metrics_that_cannot_be_written_are_a_warning(renamed, file):
    result = renamed.run("drift", "--metrics", file)

    assert result.status == 2
    assert "warning: Metrics cannot be written" in result.stderr


# ------------------------------------------------------------------ forms


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("markdown", "### Drift in the fleet acme-7f3a"),
        ("html", "<!doctype html>"),
        ("json", '{\n  "fo'),
        ("github", ""),
    ],
)
def test_drift_writes_every_form_beside_its_text(renamed, kind, begins):
    result = renamed.run("drift", "--report", f"{kind}=report")

    assert result.status == 2
    assert (renamed.root / "report").read_text(encoding="utf-8").startswith(begins)


def test_answer_in_markdown_shows_what_changed(renamed):
    result = renamed.run("drift", "--format", "markdown")

    assert result.status == 2
    assert "**Drift: 1 group with 1 difference.**" in result.stdout
    assert "有人改了" in result.stdout
