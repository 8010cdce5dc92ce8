"""From the names of people in the configuration to their open ids.

A name that nobody has fails its group: it is a slip of the pen, and guessing would let the wrong people in or
out. Whoever has left the company or cannot be seen by the app is left out of the lists of the group, and cannot
become its owner.

Source: docs/behaviour.md, "People".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.errors import Diagnostic, Severity, Source, Text, text
from reconciler.model.address import Facet, address
from reconciler.model.announcement import Announcement, with_ids
from reconciler.model.collection import Collection
from reconciler.model.group import DesiredGroup
from reconciler.model.persons import Person, Standing, needs_look_up, veiled

Locate = Callable[[str, str], Source | None]

_LEFT_OUT: Final = {
    Standing.RESIGNED: text("has left the company"),
    Standing.INVISIBLE: text("is outside what the app may see"),
}
_REFUSED: Final = text("with `--strict-people` the group is left as it is")


@dataclass(frozen=True, slots=True)
class Settled:
    """A group whose people are open ids; with a `problem` it cannot be planned."""

    desired: DesiredGroup
    written: Mapping[str, str] = field(default_factory=dict)
    """How the configuration names people, by open id: the address of whoever has several names in it."""
    warnings: tuple[Diagnostic, ...] = ()
    problem: Diagnostic | None = None


def names_of(desired: DesiredGroup) -> frozenset[str]:
    """Return the names in a group that have to be looked up."""
    named = {each for _, each_list in _lists(desired) for each in (*each_list.items, *each_list.keep)}
    mentioned = desired.announcement.people if desired.announcement else ()
    return frozenset(
        each for each in {*named, *mentioned, desired.owner or ""} if each and needs_look_up(each)
    )


def settle_people(
    desired: DesiredGroup, directory: Mapping[str, Person], locate: Locate, *, strict: bool
) -> Settled:
    """Return a group with open ids in the place of names.

    Args:
        desired: The group as configured.
        directory: What is known of every name in it.
        locate: Finds where a person of a key stands in the YAML files.
        strict: Whether people who cannot be in groups are a failure instead of a warning.
    """
    names = names_of(desired)
    if not names:
        return Settled(desired)
    absent = {each: directory[each].standing for each in sorted(names) if not directory[each].open_id}
    unknown = [name for name, standing in absent.items() if standing is Standing.UNKNOWN]
    if unknown:
        return Settled(desired, problem=_unknown(desired, unknown, locate))
    warnings = tuple(_left_out(desired, absent, locate, strict=strict))
    if strict and warnings:
        return Settled(desired, problem=replace(warnings[0], severity=Severity.ERROR))
    by_worth = sorted(names, key=lambda each: ("@" in each, each))
    written = {directory[name].open_id: name for name in by_worth if directory[name].open_id}
    return Settled(_resolved(desired, directory), written, warnings)


def _lists(desired: DesiredGroup) -> Iterator[tuple[str, Collection[str]]]:
    moderators = desired.moderation.moderators if desired.moderation else None
    for facet, each in (
        ("members", desired.members),
        ("managers", desired.managers),
        ("moderation", moderators),
    ):
        if each is not None:
            yield facet, each


def _resolved(desired: DesiredGroup, directory: Mapping[str, Person]) -> DesiredGroup:
    moderation = desired.moderation
    if moderation and moderation.moderators is not None:
        moderation = moderation.model_copy(
            update={"moderators": _resolved_list(moderation.moderators, directory)}
        )
    owner = directory[desired.owner] if desired.owner and needs_look_up(desired.owner) else None
    return desired.model_copy(
        update={
            "owner": owner.open_id if owner else desired.owner,
            "owner_standing": owner.standing if owner else desired.owner_standing,
            "members": _resolved_list(desired.members, directory),
            "managers": _resolved_list(desired.managers, directory),
            "moderation": moderation,
            "announcement": _resolved_announcement(desired.announcement, directory),
        }
    )


def _resolved_announcement(
    announcement: Announcement | None, directory: Mapping[str, Person]
) -> Announcement | None:
    if announcement is None:
        return None
    ids = {name: directory[name].open_id for name in announcement.people if needs_look_up(name)}
    return announcement.model_copy(update={"blocks": with_ids(announcement.blocks, ids)})


def _resolved_list(people: Collection[str] | None, directory: Mapping[str, Person]) -> Collection[str] | None:
    if people is None:
        return None
    items = _ids(people.items, directory)
    keep = tuple(each for each in _ids(people.keep, directory) if each not in items)
    return people.model_copy(update={"items": items, "keep": keep})


def _ids(people: Iterable[str], directory: Mapping[str, Person]) -> tuple[str, ...]:
    """Return open ids, each once: two names may be one person's."""
    found = (directory[each].open_id if needs_look_up(each) else each for each in people)
    return tuple(dict.fromkeys(each for each in found if each))


def _unknown(desired: DesiredGroup, names: list[str], locate: Locate) -> Diagnostic:
    key = desired.key
    return Diagnostic(
        text("Unknown person"),
        text(
            "The company's directory has nobody by the name of {names}.",
            names=", ".join(f"`{veiled(each)}`" for each in names),
        ),
        text(
            "Correct it. If the person exists, the app may not see them: widen the app's contact data range, or "
            "use the address that is stored with the user, for mailbox addresses do not count."
        ),
        address=key,
        source=locate(key, "owner") if names[0] == desired.owner else _place(key, names[0], locate),
    )


def _left_out(
    desired: DesiredGroup, absent: Mapping[str, Standing], locate: Locate, *, strict: bool
) -> Iterator[Diagnostic]:
    for facet, people in _lists(desired):
        for name in people.items:
            if name in absent:
                rest = _REFUSED if strict else text("the list goes without this person")
                yield _warning(desired, facet, _told(name, absent, rest), _place(desired.key, name, locate))
    for name in sorted(desired.announcement.people & absent.keys() if desired.announcement else ()):
        facet = Facet.ANNOUNCEMENT.value
        rest = _REFUSED if strict else text("the announcement shows the name as plain text")
        yield _warning(desired, facet, _told(name, absent, rest), locate(desired.key, facet))


def _told(name: str, absent: Mapping[str, Standing], rest: Text) -> Text:
    return text("`{name}` {why}; {rest}.", name=veiled(name), why=_LEFT_OUT[absent[name]], rest=rest)


def _warning(desired: DesiredGroup, facet: str, detail: Text, source: Source | None) -> Diagnostic:
    return Diagnostic(
        text("Person is left out"),
        detail,
        text("Remove the person from the YAML, or widen the app's contact data range."),
        address=address(desired.key, facet),
        severity=Severity.WARNING,
        source=source,
    )


def _place(key: str, name: str, locate: Locate) -> Source | None:
    return locate(key, f"members/{name}")
