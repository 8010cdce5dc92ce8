"""The file of what was told of drift."""

from __future__ import annotations

import stat

import pytest

from reconciler.errors import NoticeError
from reconciler.state.notices import Notices, read_notices, write_notices

PLACE = ("acme", "feishu", "chat:oc_1")
TOLD = Notices().with_told(*PLACE, {"值班": "sha256:1"})


def test_what_was_written_is_read(tmp_path):
    write_notices(tmp_path / "new" / "drift.json", TOLD)

    assert read_notices(tmp_path / "new" / "drift.json") == TOLD


def test_missing_file_holds_nothing(tmp_path):
    assert read_notices(tmp_path / "drift.json") == Notices()


def test_file_is_for_our_eyes_only(tmp_path):
    write_notices(tmp_path / "drift.json", TOLD)

    assert stat.S_IMODE((tmp_path / "drift.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "place", [("b", *PLACE[1:]), ("acme", "lark", PLACE[2]), (*PLACE[:2], "webhook:ops")]
)
def test_fleets_platforms_and_targets_are_told_apart(place: tuple[str, str, str]):
    both = TOLD.with_told(*place, {"x": "sha256:2"})

    assert both.told(*PLACE) == {"值班": "sha256:1"}
    assert both.told(*place) == {"x": "sha256:2"}


def test_later_takes_the_place_of_earlier():
    assert TOLD.with_told(*PLACE, {}).told(*PLACE) == {}


@pytest.mark.parametrize("content", [b"", b"{}x", b"[]", b'{"format_version": 2}', b"\xff", b"[" * 100_000])
def test_anything_else_is_refused(tmp_path, content):
    (tmp_path / "drift.json").write_bytes(content)

    with pytest.raises(NoticeError, match="does not hold what was told"):
        read_notices(tmp_path / "drift.json")


def test_folder_in_its_place_is_refused(tmp_path):
    with pytest.raises(NoticeError):
        read_notices(tmp_path)
    with pytest.raises(NoticeError, match="not an ordinary file"):
        write_notices(tmp_path, TOLD)
