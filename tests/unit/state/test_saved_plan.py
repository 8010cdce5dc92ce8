"""Saved plans in files: what is read, and what is refused with which words."""

from __future__ import annotations

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import reconciler.state.saved_plan as module
from reconciler.errors import Diagnostic, SavedPlanError
from reconciler.model.address import Facet
from reconciler.model.settings import Settings
from reconciler.plan.canonical import canonical_digest
from reconciler.plan.operations import UpdateChat
from reconciler.plan.saved import SavedChoices, saved_plan
from reconciler.state.saved_plan import (
    dump_saved_plan,
    parse_saved_plan,
    read_saved_plan,
    write_saved_plan,
)
from tests.support.builders import HANMEI, additive, change, desired_group, group_plan, plan_data, step

CHOICES = SavedChoices(patterns=("oncall-*",), removals=True, strict_people=False, configured=3)


def a_saved_plan(before="支付"):
    rename = step(
        Facet.SETTINGS,
        [change("name", before=before, after="值班")],
        [UpdateChat(settings=Settings(name="值班"))],
    )
    group = group_plan(rename, desired=desired_group(members=additive(HANMEI)), fingerprint="sha256:1")
    return saved_plan(plan_data(group), CHOICES, {}, {"avatars/a.png": "sha256:2"})


CONTENT = dump_saved_plan(a_saved_plan())


def problem_of(content: bytes) -> Diagnostic:
    with pytest.raises(SavedPlanError) as caught:
        parse_saved_plan(content, "plan.json")
    [diagnostic] = caught.value.diagnostics
    return diagnostic


def edited(**fields: object) -> bytes:
    """Return a file whose digest fits to what was put into it."""
    data = {name: value for name, value in json.loads(CONTENT).items() if name != "digest"} | fields
    return json.dumps(data | {"digest": canonical_digest(data)}).encode()


class TestReading:
    def test_what_was_saved_is_read(self):
        assert parse_saved_plan(CONTENT, "plan.json") == a_saved_plan()

    def test_halves_of_characters_do_not_keep_a_plan_from_being_saved(self):
        found = parse_saved_plan(dump_saved_plan(a_saved_plan(before="a\ud800")), "plan.json")

        assert found.plan.steps[0].changes[0].before == "a?"

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "it is not valid JSON"),
            (b"\xff\xfe", "it is not valid JSON"),
            (CONTENT[:-20], "it is not valid JSON"),
            (b"[" * 100_000, "it is not valid JSON"),
            (b"[]", "it was not written by `groupctl plan --out`"),
            (b'{"format_version": 1, "groups": []}', "it was not written by `groupctl plan --out`"),
            (CONTENT.replace("值班".encode(), "改".encode()), "it was changed after it was written"),
            (CONTENT.replace(b'"sha256:2"', b'"sha256:3"'), "it was changed after it was written"),
            (edited(plan=[]), "`plan` is not as it should be"),
            (edited(files={"a": 1}), "`files.a` is not as it should be"),
            (edited(more=1), "`more` is not as it should be"),
        ],
        ids=[
            "empty",
            "bytes",
            "cut",
            "deep",
            "list",
            "other-json",
            "edited",
            "edited-digest",
            "no-plan",
            "wrong-type",
            "more",
        ],
    )
    def test_anything_else_is_refused_with_its_reason(self, content, why):
        problem = problem_of(content)

        assert problem.summary == "Saved plan cannot be used"
        assert problem.detail == f"`plan.json`: {why}. Nothing was changed."

    @pytest.mark.parametrize("version", [0, 2, "1", None])
    def test_other_format_is_refused(self, version):
        problem = problem_of(edited(format_version=version))

        assert problem.summary == "Saved plan was written by another version"
        assert problem.hint == "Run `groupctl plan --out plan.json` with this version."

    def test_nesting_that_only_the_reader_of_types_refuses_is_told_too(self):
        deep = json.loads("[" * 500 + "]" * 500)

        assert problem_of(edited(plan=deep)).summary == "Saved plan cannot be used"

    def test_no_depth_is_a_crash(self):
        for depth in range(500, 1100):
            content = b'{"format_version": 1, "digest": "", "plan": %s%s}' % (b"[" * depth, b"]" * depth)
            assert problem_of(content).summary == "Saved plan cannot be used"

    def test_too_large_file_is_refused_unread(self, monkeypatch):
        monkeypatch.setattr(module, "MAX_BYTES", 1024 * 1024)

        assert problem_of(b" " * (1024 * 1024 + 1)).detail == (
            "`plan.json`: it is larger than 1 MiB. Nothing was changed."
        )

    @hypothesis_settings(max_examples=200, deadline=None, derandomize=True)
    @given(st.integers(0, len(CONTENT) - 1), st.integers(0, 255))
    def test_every_byte_counts(self, place, byte):
        content = CONTENT[:place] + bytes([byte]) + CONTENT[place + 1 :]

        try:
            found = parse_saved_plan(content, "plan.json")
        except SavedPlanError:
            return
        assert found == a_saved_plan(), "only spaces and such mean nothing"


class TestFiles:
    def test_file_is_for_nobody_else_to_read(self, tmp_path):
        path = tmp_path / "plan.json"
        path.write_text("old")
        path.chmod(0o644)

        write_saved_plan(path, a_saved_plan())

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert read_saved_plan(path) == a_saved_plan()
        assert [each.name for each in tmp_path.iterdir()] == ["plan.json"]

    def test_missing_file_is_told(self, tmp_path):
        with pytest.raises(SavedPlanError) as caught:
            read_saved_plan(tmp_path / "plan.json")

        [problem] = caught.value.diagnostics
        assert problem.detail.endswith("could not be read: No such file or directory.")

    def test_folder_and_device_are_not_replaced(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        for name in (".", "pipe"):
            with pytest.raises(SavedPlanError) as caught:
                write_saved_plan(tmp_path / name, a_saved_plan())
            assert caught.value.diagnostics[0].detail.endswith("it is not an ordinary file.")

    def test_nothing_stays_behind_when_writing_fails(self, tmp_path, monkeypatch):
        def fail(_descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", fail)

        with pytest.raises(SavedPlanError) as caught:
            write_saved_plan(tmp_path / "plan.json", a_saved_plan())

        assert "No space left on device" in caught.value.diagnostics[0].detail
        assert list(tmp_path.iterdir()) == []

    def test_plan_that_could_not_be_read_again_is_not_written(self, tmp_path, monkeypatch):
        monkeypatch.setattr(module, "MAX_BYTES", 100)

        with pytest.raises(SavedPlanError) as caught:
            write_saved_plan(tmp_path / "plan.json", a_saved_plan())

        assert caught.value.diagnostics[0].summary == "Plan is too large to be saved"
        assert list(tmp_path.iterdir()) == []
