"""Plans without the platform: what the configuration changes since the last apply.

For pull requests of people who get no credentials, such as those from forks. The state answers for the platform, so
that everything else of a plan is made as always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.apply.ports import Clock
from reconciler.model.address import Facet
from reconciler.model.group import LiveGroup
from reconciler.model.persons import Person
from reconciler.plan.answers import ListedChat
from reconciler.plan.binding import bind
from reconciler.plan.offline import believed, without_names
from reconciler.plan.plan import Plan
from reconciler.workflow import Choices, Scope, as_ours, plan_groups


async def plan_offline(scope: Scope, choices: Choices, clock: Clock) -> Plan:
    """Return what the configuration changes since the last apply, by the state alone.

    Raises:
        UsageError: A pattern matches nothing.
        ConfigurationError: A group that has to be created has no name.
        StateError: The state belongs elsewhere.
    """
    fleet = scope.configuration.fleet
    known = {key: without_names(as_ours(group, scope.app_id)) for key, group in fleet.groups.items()}
    groups = {key: group for key, (group, _) in known.items()}
    configuration = replace(scope.configuration, fleet=fleet.model_copy(update={"groups": groups}))
    offline = replace(scope, configuration=configuration)
    plan = await plan_groups(offline, choices, _recollect(offline, clock), clock)
    told = (
        group.model_copy(update={"warnings": (*group.warnings, *known[group.key][1])})
        if group.key in known
        else group
        for group in plan.groups
    )
    return plan.model_copy(update={"offline": True, "groups": tuple(told)})


@dataclass(frozen=True, slots=True)
class Recollection:
    """Answers like the platform, from what the state remembers."""

    groups: Mapping[str, LiveGroup]

    async def read_group(self, chat_id: str, facets: Iterable[Facet]) -> LiveGroup:
        """Return a group as the last apply left it; one that was never applied with nothing told."""
        del facets
        return self.groups.get(chat_id, LiveGroup(chat_id=chat_id))

    async def list_chats(self) -> tuple[ListedChat, ...]:
        """Return nothing: of chats that are not managed the state knows nothing."""
        return ()

    async def find_people(self, names: Iterable[str]) -> Mapping[str, Person]:
        """Return nothing: names are left out before."""
        del names
        return {}

    async def display_names(self, open_ids: Iterable[str]) -> Mapping[str, str]:
        """Return nothing: the state keeps ids only."""
        del open_ids
        return {}


def _recollect(scope: Scope, clock: Clock) -> Recollection:
    groups = {}
    for key, desired in scope.configuration.fleet.groups.items():
        binding = bind(key, desired, scope.state, clock.now())
        if binding.chat_id and binding.recorded:
            groups[binding.chat_id] = believed(binding.recorded, desired)
    return Recollection(groups)
