"""The quota table is the contract's."""

from __future__ import annotations

from typing import get_args

import pytest

from reconciler.feishu.quota import EDITS_PER_SECOND, OPERATIONS, WINDOWS
from reconciler.plan.operations import OFFLINE_KINDS, Operation
from tests.support.contract import operations


@pytest.mark.parametrize("operation", sorted(WINDOWS))
def test_windows_are_those_of_the_contract(operation):
    stated = operations()[operation].document["x-rate-limit"]

    windows = WINDOWS[operation]

    assert (windows.per_second, windows.per_minute) == (stated.get("per_second"), stated.get("per_minute"))


@pytest.mark.parametrize(
    "operation",
    sorted(each for each in WINDOWS if each.startswith("docx_") and not each.endswith(("get", "list"))),
)
def test_edits_of_an_announcement_share_the_window_of_the_contract(operation):
    stated = operations()[operation].document["x-rate-limit"]

    assert stated["per_announcement_edits_per_second"] == EDITS_PER_SECOND


def test_every_operation_of_a_plan_that_calls_the_platform_has_its_quota():
    union, _discriminator = get_args(Operation)
    kinds = {model.model_fields["kind"].default for model in get_args(union)}

    assert OPERATIONS.keys() == kinds - OFFLINE_KINDS
    assert set(OPERATIONS.values()) <= WINDOWS.keys()
