"""What apply needs from the outside, as protocols owned by this side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from reconciler.model.address import Facet
from reconciler.model.group import LiveGroup
from reconciler.model.persons import Person
from reconciler.model.recorded import State
from reconciler.plan.answers import Answer, ListedChat, OurBot, ShareLink, Validity
from reconciler.plan.journal import Event
from reconciler.plan.operations import Operation


class Reader(Protocol):
    """What plans are made of. Every method raises children of `reconciler.errors.PlatformError`."""

    async def read_group(self, chat_id: str, facets: Iterable[Facet]) -> LiveGroup:
        """Return the live group with the given facets; others are `None`.

        Settings, owner, managers and role always come along, for one call reads them together. The
        moderators are read only when the live mode is `moderator_list`.
        """
        ...

    async def list_chats(self) -> tuple[ListedChat, ...]:
        """Return every chat our app is in; raises rather than returning a part."""
        ...

    async def find_people(self, names: Iterable[str]) -> Mapping[str, Person]:
        """Return what the company's directory says of each of `names`: e-mail, mobile, `on_…`, `user_id:…`."""
        ...

    async def display_names(self, open_ids: Iterable[str]) -> Mapping[str, str]:
        """Return the names of people, as far as they can be read; raises nothing for those that cannot."""
        ...


class Gateway(Reader, Protocol):
    """The platform."""

    async def search_chats(self, keyword: str) -> tuple[ListedChat, ...]:
        """Return every chat that our app can see and that fits a keyword, in no certain order."""
        ...

    async def share_link(self, chat_id: str, validity: Validity) -> ShareLink:
        """Make a link by which people can join a chat."""
        ...

    async def perform(self, operation: Operation, chat_id: str) -> Answer:
        """Perform one operation with at most one effect. `chat_id` is empty for `CreateChat`.

        Raises:
            OutcomeUnknown: The call may or may not have been done.
            PlatformError: It was not done.
        """
        ...


class Examiner(Gateway, Protocol):
    """The platform as a check-up needs it. Nothing here writes."""

    @property
    def platform_time(self) -> float | None:
        """What time the platform had at its last answer, in seconds since 1970; `None`: it did not tell."""
        ...

    async def sign_in(self) -> float | None:
        """Get an access token and return the seconds that it lives; `None`: a ready one, of which nobody knows."""
        ...

    async def our_bot(self) -> OurBot | None:
        """Return the bot of our app; `None`: it has none."""
        ...

    async def probe(self, operation: str, chat_id: str | None) -> None:
        """Make one read to learn whether the app may; `chat_id` of `None` is that of no chat."""
        ...


class Clock(Protocol):
    """Time, so that tests can set it."""

    def now(self) -> float:
        """Return seconds since 1970 in UTC."""
        ...


class StateStore(Protocol):
    """Where the state is kept. The lock is held by whoever opened the store."""

    def save(self, state: State) -> State:
        """Write `state` durably and return it with its new serial.

        Raises:
            StateError: It could not be written, or somebody else wrote meanwhile.
        """
        ...


class Journal(Protocol):
    """Where a run writes down what it does."""

    def write(self, event: Event) -> None:
        """Write an event so that it outlasts this process.

        Raises:
            JournalError: It could not be written.
        """
        ...
