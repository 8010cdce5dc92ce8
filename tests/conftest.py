"""What all tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from reconciler import redaction

# Machines are shared and noisy: a slow example is no failure. In CI the examples are the same each time, so
# that a red run can be repeated; at a desk they differ, so that new ones are found.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("desk", patient)
settings.register_profile("ci", patient, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def own_secrets():
    """What one test keeps secret is a plain word of another: secrets are facts of a process, and tests share one."""
    known = redaction._PROCESS._spellings
    before = set(known)
    yield
    known.intersection_update(before)
