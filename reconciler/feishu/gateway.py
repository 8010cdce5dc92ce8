"""The platform as apply sees it: live groups come out, operations go in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar, assert_never

from reconciler.errors import (
    Diagnostic,
    GroupGone,
    PlatformError,
    PlatformFacts,
    Refused,
    RunRefused,
    Throttled,
    text,
)
from reconciler.feishu.announcement import AnnouncementDesk
from reconciler.feishu.endpoints.bot import Bot
from reconciler.feishu.endpoints.chats import Chats
from reconciler.feishu.endpoints.contacts import Contacts
from reconciler.feishu.endpoints.images import Images
from reconciler.feishu.endpoints.managers import Managers
from reconciler.feishu.endpoints.members import MemberIdType, Members
from reconciler.feishu.endpoints.menus import Menus
from reconciler.feishu.endpoints.messages import Messages
from reconciler.feishu.endpoints.moderation import Moderation
from reconciler.feishu.endpoints.tabs import Tabs
from reconciler.feishu.endpoints.top_notice import TopNotice
from reconciler.feishu.people import display_names, find_people
from reconciler.feishu.probes import Probes
from reconciler.feishu.transport import CallCounts, Transport
from reconciler.feishu.wire import (
    MemberListPage,
    MenuTree,
    WireChat,
    WireListedChat,
    WireManagers,
    WireTabs,
    create_body,
    menu_body,
    menu_of,
    menu_patch_body,
    mode_of,
    moderation_mode_of,
    name_of,
    settings_body,
    settings_of,
    status_of,
    tab_body,
    tab_of,
)
from reconciler.model.address import Facet
from reconciler.model.group import LiveGroup
from reconciler.model.ids import SELF, is_bot, is_user
from reconciler.model.members import LiveMembers
from reconciler.model.menus import LiveMenu
from reconciler.model.moderation import LiveModeration, ModerationMode
from reconciler.model.persons import Person
from reconciler.model.settings import Settings
from reconciler.model.tabs import LiveTab
from reconciler.plan.answers import Answer, ListedChat, OurBot, ShareLink, Validity
from reconciler.plan.operations import (
    AddManagers,
    AddMembers,
    BindChat,
    CreateBlocks,
    CreateChat,
    CreateMenus,
    CreateTabs,
    DeleteBlocks,
    DeleteMenus,
    DeleteTabs,
    DeleteTopNotice,
    DissolveChat,
    ForgetGroup,
    MenuRef,
    Operation,
    PatchMenuItem,
    PutTopNotice,
    RemoveManagers,
    RemoveMembers,
    RenameKey,
    SetModeration,
    SortMenus,
    SortTabs,
    TabRef,
    TransferOwner,
    UpdateBlocks,
    UpdateChat,
    UpdateTabs,
    UploadImage,
)

_MEMBERS = frozenset({Facet.MEMBERS, Facet.DEPARTURES})
"""The facets that the list of members tells."""

_ENABLED: Final = (None, 2)
"""States of a bot in which it works, as far as is told. Source: platform.openapi.yaml, `BotInfo`."""

T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
T5 = TypeVar("T5")


def no_picture(_digest: str) -> bytes | None:
    """Return no content: where no files are named."""
    return None


class FeishuGateway:
    """Reads live groups and performs operations; every error is a `PlatformError`."""

    def __init__(
        self,
        transport: Transport,
        app_id: str,
        pictures: Callable[[str], bytes | None] = no_picture,
        *,
        lists_bots: bool = False,
    ) -> None:
        """Speak through `transport` as the app `app_id`, which the core knows as `self`.

        `pictures` returns the content of a file by its digest, `None` when there is no such file. `lists_bots`: use
        the call without a page that tells which bots are in a group.
        """
        self._lists_bots = lists_bots
        self._transport = transport
        self._app_id = app_id
        self._pictures = pictures
        self._images = Images(transport)
        self._top_notice = TopNotice(transport)
        self._chats = Chats(transport)
        self._moderation = Moderation(transport)
        self._members = Members(transport)
        self._managers = Managers(transport)
        self._announcements = AnnouncementDesk(transport)
        self._tabs = Tabs(transport)
        self._menus = Menus(transport)
        self._contacts = Contacts(transport)
        self._messages = Messages(transport)
        self._bot = Bot(transport)
        self._probes = Probes(transport)
        self._people: dict[str, Person] = {}
        # What the last create of a chat answered: a sort that follows takes the new ids from here.
        self._created_tabs: dict[str, tuple[LiveTab, ...]] = {}
        self._created_menus: dict[str, tuple[LiveMenu, ...]] = {}

    @property
    def counts(self) -> CallCounts:
        """What was sent so far."""
        return self._transport.counts

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    # ---- examining

    @property
    def platform_time(self) -> float | None:
        """What time the platform had at its last answer, in seconds since 1970; `None`: it did not tell."""
        return self._transport.platform_time

    async def sign_in(self) -> float | None:
        """Get an access token and return the seconds that it lives; `None`: a ready one, of which nobody knows."""
        return (await self._transport.token()).lifetime

    async def our_bot(self) -> OurBot | None:
        """Return the bot of our app; `None`: it has none."""
        bot = await self._bot.info()
        return None if bot is None else OurBot(bot.app_name, enabled=bot.activate_status in _ENABLED)

    async def probe(self, operation: str, chat_id: str | None) -> None:
        """Make one read to learn whether the app may; `chat_id` of `None` is that of no chat."""
        await self._probes.perform(operation, chat_id)

    # ---- reading

    async def read_group(self, chat_id: str, facets: Iterable[Facet]) -> LiveGroup:
        """Return the live group with the given facets; others are `None`.

        Only an ordinary group that we see in full is read on: a dissolved one refuses every further call, and
        what the reduced view or another kind of chat tell is reported, not managed.
        """
        chat = await self._chats.get(chat_id)
        group = self._group_of(chat_id, chat)
        if group.status != "normal" or not group.full or group.mode != "group":
            return group
        wanted = frozenset(facets)
        members, moderation, announcement, tabs, menus = await _together(
            self._read_members(chat_id) if wanted & _MEMBERS else _nothing(),
            self._read_moderation(chat_id, chat) if Facet.MODERATION in wanted else _nothing(),
            self._announcements.read(chat_id) if Facet.ANNOUNCEMENT in wanted else _nothing(),
            self._read_tabs(chat_id) if Facet.TABS in wanted else _nothing(),
            self._read_menus(chat_id) if Facet.MENUS in wanted else _nothing(),
        )
        return group.model_copy(
            update={
                "members": members,
                "moderation": moderation,
                "announcement": announcement,
                "tabs": tabs,
                "menus": menus,
            }
        )

    async def find_people(self, names: Iterable[str]) -> Mapping[str, Person]:
        """Return what the company's directory says of each of `names`: e-mail, mobile, `on_…`, `user_id:…`.

        Every name is looked up once in the life of a gateway.
        """
        unknown = set(names) - self._people.keys()
        self._people |= await find_people(self._contacts, unknown)
        return {name: self._people[name] for name in names}

    async def display_names(self, open_ids: Iterable[str]) -> Mapping[str, str]:
        """Return the names of people, as far as they can be read; raises nothing for those that cannot."""
        return await display_names(self._contacts, open_ids)

    async def list_chats(self) -> tuple[ListedChat, ...]:
        """Return every chat our app is in, oldest first; raises rather than returning a part."""
        return tuple(_listed(chat) for chat in await self._chats.list())

    async def search_chats(self, keyword: str) -> tuple[ListedChat, ...]:
        """Return every chat that our app can see and that fits a keyword, in no certain order."""
        # A keyword with a hyphen finds nothing without quotes. Source: chats.openapi.yaml, chat_search.
        query = f'"{keyword}"' if "-" in keyword else keyword
        return tuple(_listed(chat) for chat in await self._chats.search(query))

    async def share_link(self, chat_id: str, validity: Validity) -> ShareLink:
        """Make a link by which people can join a chat."""
        link = await self._chats.link(chat_id, validity)
        return ShareLink(link.share_link, None if link.is_permanent else link.expire_time)

    def _group_of(self, chat_id: str, chat: WireChat) -> LiveGroup:
        # The reduced view lacks most fields; its absent `chat_mode` is what gives it away.
        # Source: chats.openapi.yaml, chat_get `x-rules`.
        full = chat.chat_mode is not None
        managers = (*chat.user_manager_id_list, *chat.bot_manager_id_list)
        status = status_of(chat.chat_status)
        return LiveGroup(
            chat_id=chat_id,
            status=status,
            full=full,
            log_id="" if full and status == "normal" else chat.log_id,
            mode=mode_of(chat.chat_mode),
            external=chat.external,
            tenant_key=chat.tenant_key,
            settings=settings_of(chat) if full else Settings(name=name_of(chat.name)),
            owner=_person(chat.owner_id),
            managers=self._inward(managers) if full else None,
            user_count=chat.user_count,
        )

    async def _read_members(self, chat_id: str) -> LiveMembers:
        if not self._lists_bots:
            return await self._read_users(chat_id)
        try:
            return self._members_of(await self._members.list_with_bots(chat_id))
        except (RunRefused, Throttled, GroupGone):
            raise
        except PlatformError as error:
            # Nobody promises this call: refused or unknown, what is documented takes its place.
            members = await self._read_users(chat_id)
            return members.model_copy(update={"bots_untold": error.diagnostic.detail})

    def _members_of(self, pages: Sequence[MemberListPage]) -> LiveMembers:
        """Return users and bots; who cannot be known to be all of them is a list that is cut, or is not told."""
        cut = {each.member_type for page in pages for each in page.truncations}
        listed = [each.member_id for page in pages for each in page.users or ()]
        bots = [each.app_id for page in pages for each in page.bots or ()]
        # Without a total, or with one that is hidden, nothing shows whether somebody is left out.
        user_total = max(-1 if page.user_total is None else page.user_total for page in pages)
        bot_total = max(-1 if page.bot_total is None else page.bot_total for page in pages)
        users = frozenset(each for each in listed if each)
        all_bots = "bot" not in cut and 0 <= bot_total <= len(frozenset(bots)) and all(bots)
        return LiveMembers(
            users=users,
            bots=self._inward(each for each in bots if each) if all_bots else None,
            complete="user" not in cut and 0 <= user_total <= len(users),
        )

    async def _read_users(self, chat_id: str) -> LiveMembers:
        pages = await self._members.get(chat_id)
        users = frozenset(item.member_id for page in pages for item in page.items if item.member_id)
        total = max(page.member_total for page in pages)
        is_cut = any(page.trigger_security_conf_limit for page in pages)
        return LiveMembers(users=users, complete=not is_cut and len(users) >= total)

    async def _read_moderation(self, chat_id: str, chat: WireChat) -> LiveModeration | None:
        mode = moderation_mode_of(chat.moderation_permission)
        if mode != "moderator_list":
            return LiveModeration(mode=mode) if mode else None
        pages = await self._moderation.get(chat_id)
        # The mode that came with the list, in case somebody changed it between the two calls.
        listed_mode: ModerationMode = moderation_mode_of(pages[-1].moderation_setting) or mode
        moderators = frozenset(item.user_id for page in pages for item in page.items)
        return LiveModeration(mode=listed_mode, moderators=moderators)

    async def _read_tabs(self, chat_id: str) -> tuple[LiveTab, ...]:
        return _tabs_of(await self._tabs.list(chat_id)) or ()

    async def _read_menus(self, chat_id: str) -> tuple[LiveMenu, ...]:
        return _menus_of(await self._menus.get(chat_id)) or ()

    # ---- telling

    async def send_card(self, chat_id: str, card: str, uuid: str) -> None:
        """Send an interactive card into a chat; with the same uuid at most once within an hour."""
        await self._messages.send_card(chat_id, card, uuid)

    # ---- writing

    async def perform(self, operation: Operation, chat_id: str) -> Answer:
        """Perform one operation with at most one effect. `chat_id` is empty for `CreateChat`.

        Raises:
            OutcomeUnknown: The call may or may not have been done.
            PlatformError: It was not done.
        """
        match operation:
            case CreateChat():
                return await self._create_chat(operation)
            case UpdateChat():
                await self._chats.update(chat_id, settings_body(operation.settings))
                return Answer()
            case TransferOwner():
                await self._chats.transfer(chat_id, operation.owner)
                return Answer()
            case DissolveChat():
                with suppress(GroupGone):  # somebody did it already, or an attempt whose answer was lost
                    await self._chats.delete(chat_id)
                return Answer()
            case UploadImage():
                return await self._upload_image(operation)
            case PutTopNotice():
                await self._top_notice.put_announcement(chat_id)
                return Answer()
            case DeleteTopNotice():
                await self._top_notice.delete(chat_id)
                return Answer()
            case AddMembers():
                return await self._add_members(operation, chat_id)
            case RemoveMembers():
                ids = self._outward(operation.ids)
                removed = await self._members.delete(chat_id, _id_type(ids), ids)
                return Answer(invalid=removed.invalid_id_list)
            case AddManagers():
                ids = self._outward(operation.ids)
                return self._managers_answer(await self._managers.add(chat_id, _id_type(ids), ids))
            case RemoveManagers():
                ids = self._outward(operation.ids)
                return self._managers_answer(await self._managers.delete(chat_id, _id_type(ids), ids))
            case SetModeration():
                await self._moderation.update(chat_id, operation.mode, operation.add, operation.remove)
                return Answer()
            case UpdateBlocks() | CreateBlocks() | DeleteBlocks():
                await self._announcements.perform(operation, chat_id)
                return Answer()
            case DeleteTabs():
                return Answer(tabs=_tabs_of(await self._tabs.delete(chat_id, operation.ids)))
            case UpdateTabs():
                bodies = [{"tab_id": each.id} | tab_body(each.tab) for each in operation.tabs]
                return Answer(tabs=_tabs_of(await self._tabs.update(chat_id, bodies)))
            case CreateTabs():
                return await self._create_tabs(operation, chat_id)
            case SortTabs():
                return await self._sort_tabs(operation, chat_id)
            case DeleteMenus():
                return Answer(menus=_menus_of(await self._menus.delete(chat_id, operation.ids)))
            case CreateMenus():
                return await self._create_menus(operation, chat_id)
            case PatchMenuItem():
                body = menu_patch_body(operation.item, operation.fields)
                await self._menus.patch_item(chat_id, operation.id, body)
                return Answer()
            case SortMenus():
                return await self._sort_menus(operation, chat_id)
            case BindChat() | ForgetGroup() | RenameKey():
                raise ValueError(f"{operation.kind} changes the state only; it has no call")
            case _:
                assert_never(operation)

    async def _create_chat(self, operation: CreateChat) -> Answer:
        chat = await self._chats.create(
            create_body(operation.settings),
            operation.users,
            operation.bots,
            operation.uuid,
            operation.owner,
        )
        return Answer(chat_id=chat.chat_id, settings=settings_of(chat))

    async def _upload_image(self, operation: UploadImage) -> Answer:
        content = self._pictures(operation.digest)
        if content is None:
            raise Refused(
                Diagnostic(
                    summary=text("Picture changed meanwhile"),
                    detail=text("No file holds the picture any more that was there when the plan was made."),
                    hint=text("Run the command again."),
                    platform=PlatformFacts("im_image_create"),
                )
            )
        uploaded = await self._images.create(operation.purpose, content)
        return Answer(image=uploaded.image_key)

    async def _add_members(self, operation: AddMembers, chat_id: str) -> Answer:
        ids = self._outward(operation.ids)
        added = await self._members.add(chat_id, _id_type(ids), ids)
        return Answer(
            invalid=added.invalid_id_list,
            not_existed=added.not_existed_id_list,
            pending=added.pending_approval_id_list,
        )

    def _managers_answer(self, managers: WireManagers) -> Answer:
        return Answer(managers=None if managers.ids is None else self._inward(managers.ids))

    async def _create_tabs(self, operation: CreateTabs, chat_id: str) -> Answer:
        tabs = _tabs_of(await self._tabs.create(chat_id, [tab_body(tab) for tab in operation.tabs]))
        if tabs:
            self._created_tabs[chat_id] = tabs
        return Answer(tabs=tabs)

    async def _sort_tabs(self, operation: SortTabs, chat_id: str) -> Answer:
        known = self._created_tabs.pop(chat_id, None)
        if known is None and any(ref.id is None for ref in operation.order):
            known = await self._read_tabs(chat_id)
        ids = _resolve_tabs(operation.order, known or ())
        return Answer(tabs=_tabs_of(await self._tabs.sort(chat_id, ids)))

    async def _create_menus(self, operation: CreateMenus, chat_id: str) -> Answer:
        menus = _menus_of(await self._menus.create(chat_id, [menu_body(menu) for menu in operation.menus]))
        if menus:
            self._created_menus[chat_id] = menus
        return Answer(menus=menus)

    async def _sort_menus(self, operation: SortMenus, chat_id: str) -> Answer:
        known = self._created_menus.pop(chat_id, None)
        if known is None and any(ref.id is None for ref in operation.order):
            known = await self._read_menus(chat_id)
        ids = _resolve_menus(operation.order, known or ())
        return Answer(menus=_menus_of(await self._menus.sort(chat_id, ids)))

    # ---- identities

    def _inward(self, ids: Iterable[str]) -> frozenset[str]:
        return frozenset(SELF if each == self._app_id else each for each in ids)

    def _outward(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._app_id if each == SELF else each for each in ids)


def _listed(chat: WireListedChat) -> ListedChat:
    return ListedChat(
        chat_id=chat.chat_id,
        name=name_of(chat.name),
        owner=_person(chat.owner_id),
        external=chat.external,
        status=status_of(chat.chat_status),
    )


def _person(owner_id: str | None) -> str | None:
    """Return the owner if it is a person. A bot as owner is absent, or (reported) named by its app id."""
    return owner_id if owner_id and is_user(owner_id) else None


def _id_type(ids: Sequence[str]) -> MemberIdType:
    """Return the kind of the ids of one call, all of which are of one kind."""
    return "app_id" if is_bot(ids[0]) else "open_id"


def _tabs_of(answer: WireTabs) -> tuple[LiveTab, ...] | None:
    return None if answer.chat_tabs is None else tuple(tab_of(tab) for tab in answer.chat_tabs)


def _menus_of(answer: MenuTree) -> tuple[LiveMenu, ...] | None:
    tree = answer.menu_tree
    return None if tree is None else tuple(menu_of(menu) for menu in tree.chat_menu_top_levels)


def _resolve_tabs(order: Sequence[TabRef], known: Iterable[LiveTab]) -> list[str]:
    named = {ref.id for ref in order}
    found = {(tab.type, tab.link): tab.id for tab in known if tab.id not in named}
    ids = [ref.id or found.get((ref.type, ref.link)) for ref in order]
    return _all_found(ids, "chat_tab_sort")


def _resolve_menus(order: Sequence[MenuRef], known: Iterable[LiveMenu]) -> list[str]:
    named = {ref.id for ref in order}
    found = {menu.name: menu.id for menu in known if menu.id not in named}
    ids = [ref.id or found.get(ref.name) for ref in order]
    return _all_found(ids, "chat_menu_tree_sort")


def _all_found(ids: Sequence[str | None], operation: str) -> list[str]:
    found = [each for each in ids if each is not None]
    if len(found) == len(ids):
        return found
    raise Refused(
        Diagnostic(
            summary=text("Order cannot be set"),
            detail=text(
                "{operation} was not called: {count} of {total} things to be ordered are not in the group; somebody "
                "changed it meanwhile, or the platform stored another link or name than was sent.",
                operation=operation,
                count=len(ids) - len(found),
                total=len(ids),
            ),
            hint=text("Run the command again."),
            platform=PlatformFacts(operation),
        )
    )


async def _nothing() -> None:
    """Stand for a facet that is not wanted."""


async def _together(
    first: Coroutine[Any, Any, T1],
    second: Coroutine[Any, Any, T2],
    third: Coroutine[Any, Any, T3],
    fourth: Coroutine[Any, Any, T4],
    fifth: Coroutine[Any, Any, T5],
) -> tuple[T1, T2, T3, T4, T5]:
    """Await all at once; the first failure stops the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = (
                group.create_task(first),
                group.create_task(second),
                group.create_task(third),
                group.create_task(fourth),
                group.create_task(fifth),
            )
    except ExceptionGroup as failed:
        error = failed.exceptions[0]
        raise error from error.__cause__
    return tasks[0].result(), tasks[1].result(), tasks[2].result(), tasks[3].result(), tasks[4].result()
