"""Nothing is lost and nothing made twice, whatever people do while plans are made and applied."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.support.people_at_work import PeopleAtWork

TestPeopleAtWork = PeopleAtWork.TestCase
TestPeopleAtWork.settings = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
