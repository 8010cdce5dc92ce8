"""The quota table is the contract's."""

from __future__ import annotations

import pytest

from reconciler.feishu.quota import WINDOWS
from tests.support.contract import operations


@pytest.mark.parametrize("operation", sorted(WINDOWS))
def test_windows_are_those_of_the_contract(operation):
    stated = operations()[operation].document["x-rate-limit"]

    windows = WINDOWS[operation]

    assert (windows.per_second, windows.per_minute) == (stated.get("per_second"), stated.get("per_minute"))
