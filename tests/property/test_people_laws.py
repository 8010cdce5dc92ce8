"""Laws of managers, moderators, members and settings."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diff.managers import diff_managers
from reconciler.diff.settings import diff_settings
from reconciler.model.collection import Collection, Mode
from reconciler.model.ids import SELF, is_user
from reconciler.model.members import LiveMembers
from reconciler.model.settings import Settings
from reconciler.plan.batches import batch_people
from reconciler.plan.managers import plan_managers
from reconciler.plan.members import plan_members
from reconciler.plan.operations import AddManagers, AddMembers, RemoveManagers
from tests.support.builders import live_group
from tests.support.fake_platform import ORDINARY_CAP, SUPER_LARGE_CAP, FakeChat
from tests.support.strategies import LAW, USERS, subsets, told_settings, wanted_settings

MANY = tuple(f"ou_{number}" for number in range(12)) + tuple(f"cli_{number}" for number in range(8))


@st.composite
def manager_moves(draw: st.DrawFn) -> tuple[list[str], list[str], int]:
    """Who comes, who goes, and how many managers there are; the group ends within its cap."""
    order = draw(st.permutations(MANY))
    present = draw(st.integers(0, SUPER_LARGE_CAP if draw(st.booleans()) else ORDINARY_CAP))
    live, others = order[:present], order[present:]
    gone = draw(st.integers(0, len(live)))
    cap = max(ORDINARY_CAP, present)
    come = draw(st.integers(0, max(0, min(len(others), cap - present + gone))))
    return list(others[:come]), list(live[:gone]), present


@LAW
@given(manager_moves())
def test_managers_never_exceed_the_cap_on_the_way(moves: tuple[list[str], list[str], int]) -> None:
    add, remove, present = moves
    staying = [each for each in MANY if each not in add and each not in remove][: present - len(remove)]
    managers = frozenset([*remove, *staying])
    everybody = frozenset(MANY)
    chat = FakeChat(
        live_group(
            managers=managers,
            members=LiveMembers(
                users=frozenset(each for each in everybody if is_user(each)),
                bots=frozenset(each for each in everybody if not is_user(each)) | {SELF},
            ),
        )
    )

    after = chat.perform(plan_managers(add, remove, len(managers)))

    assert after.managers == (managers | set(add)) - set(remove)
    assert chat.peak_of_managers <= max(ORDINARY_CAP, present)


@LAW
@given(manager_moves())
def test_managers_are_appointed_first_whenever_the_cap_allows(
    moves: tuple[list[str], list[str], int],
) -> None:
    add, remove, present = moves

    operations = plan_managers(add, remove, present)

    kinds = [operation.kind for operation in operations]
    if present + len(add) <= max(ORDINARY_CAP, present):
        assert kinds == sorted(kinds)  # add_managers before remove_managers


@LAW
@given(manager_moves())
def test_no_other_order_of_the_same_calls_appoints_earlier(moves: tuple[list[str], list[str], int]) -> None:
    add, remove, present = moves
    operations = plan_managers(add, remove, present)
    cap = max(ORDINARY_CAP, present)

    def is_allowed(order: tuple[object, ...]) -> bool:
        count = present
        for each in order:
            assert isinstance(each, AddManagers | RemoveManagers)
            count += len(each.ids) if isinstance(each, AddManagers) else -len(each.ids)
            if count > cap:
                return False
        return True

    def waiting(order: tuple[object, ...]) -> list[int]:
        return [place for place, each in enumerate(order) if isinstance(each, AddManagers)]

    assert waiting(operations) == min(
        waiting(order) for order in permutations(operations) if is_allowed(order)
    )


people = st.lists(
    st.one_of(st.integers(0, 400).map("ou_{}".format), st.integers(0, 40).map("cli_{}".format)),
    unique=True,
    max_size=180,
)


@LAW
@given(people)
def test_members_travel_in_batches_of_one_kind_and_allowed_size(missing: list[str]) -> None:
    operations = plan_members(missing)

    for operation in operations:
        assert isinstance(operation, AddMembers)
        kinds = {is_user(each) for each in operation.ids}
        assert len(kinds) == 1
        assert len(operation.ids) <= (50 if kinds == {True} else 5)


@LAW
@given(people)
def test_batches_hold_everybody_once_in_order(missing: list[str]) -> None:
    batches = batch_people(missing, users=50, bots=5)

    travelling = [each for batch in batches for each in batch]
    users = [each for each in missing if is_user(each)]
    assert travelling == users + [each for each in missing if not is_user(each)]


@LAW
@given(people)
def test_batches_are_as_few_as_possible(missing: list[str]) -> None:
    users = sum(is_user(each) for each in missing)
    bots = len(missing) - users

    assert len(batch_people(missing, users=50, bots=5)) == -(-users // 50) + -(-bots // 5)


@LAW
@given(subsets((SELF, *USERS)), st.sampled_from((SELF, *USERS)))
def test_managers_do_not_differ_from_themselves(managers: list[str], owner: str) -> None:
    desired = Collection[str](mode=Mode.EXACT, items=tuple(managers))
    live = frozenset(managers) - {owner}

    assert diff_managers(desired, live, None, owners={owner}) == ()


@LAW
@given(told_settings())
def test_settings_do_not_differ_from_themselves(settings: Settings) -> None:
    assert diff_settings(settings, settings, None) == ()


@LAW
@given(wanted_settings)
def test_settings_survive_being_taken_apart_into_fields(settings: Settings) -> None:
    without_empty_maps = Settings.from_fields(settings.fields())

    assert without_empty_maps.fields() == settings.fields()


@LAW
@given(wanted_settings, told_settings())
def test_settings_change_is_told_for_exactly_the_fields_that_differ(
    desired: Settings, live: Settings
) -> None:
    told = live.fields()

    changed = {change.path for change in diff_settings(desired, live, None)}

    assert changed == {path for path, value in desired.fields().items() if told.get(path) != value}
