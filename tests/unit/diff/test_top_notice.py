"""The top notice is compared with what was written last, unless it is certain what is there."""

from __future__ import annotations

import pytest

from reconciler.diff.changes import Origin
from reconciler.diff.top_notice import diff_top_notice
from tests.support.builders import recorded_group

PUT = recorded_group({"top_notice": "announcement"})


@pytest.mark.parametrize(
    ("desired", "live", "recorded", "change"),
    [
        ("announcement", None, None, (None, Origin.NEW)),
        ("none", None, None, (None, Origin.NEW)),
        ("announcement", None, PUT, None),
        ("none", None, PUT, ("announcement", Origin.CONFIG)),
        ("announcement", "none", None, ("none", Origin.NEW)),
        ("none", "none", None, None),
        ("none", "none", PUT, None),
        ("announcement", "none", PUT, ("none", Origin.DRIFT)),
    ],
)
def test_change_and_its_origin(desired, live, recorded, change):
    found = diff_top_notice(desired, live, recorded)

    assert [(each.before, each.origin) for each in found] == ([change] if change else [])
    assert all((each.path, each.after) == ("top_notice", desired) for each in found)
