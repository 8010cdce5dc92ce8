"""Laws of fingerprints: they move with what steps touch, and with nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.address import Facet
from reconciler.plan.authority import role_in
from reconciler.plan.build import facet_steps
from reconciler.plan.fingerprint import fingerprint
from tests.support.strategies import LAW, desired_groups, live_groups, recorded_groups

TOUCHED_BY = {
    "managers": {Facet.MANAGERS},
    "moderation": {Facet.MODERATION},
    "members": {Facet.MEMBERS, Facet.DEPARTURES},
    "tabs": {Facet.TABS},
    "menus": {Facet.MENUS},
    "owner": {Facet.OWNER},
    "user_count": set(),
    "external": set(),
    "log_id": set(),
}


@LAW
@given(desired_groups, live_groups(), live_groups(), recorded_groups(), st.sampled_from(sorted(TOUCHED_BY)))
def test_fingerprint_moves_exactly_with_a_collection_that_a_step_touches(
    desired, live, other, recorded, changed
):
    steps = tuple(facet_steps(desired, live, recorded, operate_as_owner=False))
    touched = {step.facet for step in steps if step.block is None}
    meanwhile = live.model_copy(update={changed: getattr(other, changed)})

    moved = fingerprint(steps, live, recorded) != fingerprint(steps, meanwhile, recorded)

    is_other = getattr(live, changed) != getattr(other, changed)
    has_other_role = role_in(live, recorded) is not role_in(meanwhile, recorded)
    assert moved == (has_other_role or (is_other and bool(touched & TOUCHED_BY[changed])))


@LAW
@given(desired_groups, live_groups(), live_groups(), recorded_groups())
def test_fingerprint_moves_exactly_with_a_setting_that_a_step_writes(desired, live, other, recorded):
    steps = tuple(facet_steps(desired, live, recorded, operate_as_owner=False))
    meanwhile = live.model_copy(update={"settings": other.settings})
    written = {change.path for step in steps if step.facet is Facet.SETTINGS for change in step.changes}
    before, after = live.settings.fields(), other.settings.fields()

    moved = fingerprint(steps, live, recorded) != fingerprint(steps, meanwhile, recorded)

    names_count = any(path.startswith("i18n_names.") for path in written)
    is_blocked = any(step.facet is Facet.SETTINGS and step.block for step in steps)
    assert moved == (
        not is_blocked
        and (
            any(before.get(path) != after.get(path) for path in written)
            or (names_count and live.settings.i18n_names != other.settings.i18n_names)
        )
    )


@LAW
@given(desired_groups, live_groups(), recorded_groups())
def test_reading_the_same_again_gives_the_same_fingerprint(desired, live, recorded):
    steps = tuple(facet_steps(desired, live, recorded, operate_as_owner=False))
    again = type(live).model_validate_json(live.model_dump_json())

    assert fingerprint(steps, live, recorded) == fingerprint(steps, again, recorded)
