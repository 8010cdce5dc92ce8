"""Platform codes and what they mean for a caller: the one table.

Source: `x-errors` of the operations and `info.x-common-errors` in schemas/api/*.openapi.yaml; classes after
wire-behaviour section 12. Codes are read together with the operation, because one code means two things
(232078: hidden member count on chat calls, menu content on menu calls).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from reconciler.errors import (
    Diagnostic,
    GroupGone,
    OperationRefused,
    OutcomeUnknown,
    OutsideGroup,
    PlatformError,
    PlatformFacts,
    Refused,
    RunRefused,
    Throttled,
    text,
)
from reconciler.feishu.wire import ErrorBlock
from reconciler.redaction import redact

ErrorType: TypeAlias = type[PlatformError]

SUCCESS: Final = 0
TOO_MANY_REQUESTS: Final = 429
"""HTTP status of a rate limit; some older calls answer 400 with code 99991400 instead."""
DONE_WITHOUT_LIST: Final = 232039
"""Managers were changed, only their list could not be returned: success, whatever the HTTP status."""
ON_ITS_WAY: Final = 230049
"""The message of this uuid is being sent already: as good as sent."""

TOKEN_REFUSED: Final = frozenset(
    {4001, 20005, 20006, 20013, 20014, 99991663, 99991664, 99991665, 99991668, 99991671, 99991677}
)
"""A fresh token may help, once. Source: `retry: new_token` in the common table; 99991671 after the Go SDK."""

EXCERPT: Final = 300
"""Characters of a text from the platform that a message shows."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means: for the caller the class of error, for people a summary and what to do.

    `field` is the dotted settings path that the code blames; `blames_people` says that a person or bot named
    in the call is what was refused.
    """

    error: ErrorType
    summary: str
    hint: str = ""
    field: str = ""
    blames_people: bool = False


_REPORT: Final = text("If it lasts, give the log id to the platform's support.")
_CHECK_APP: Final = text(
    "Open the app in the developer console; enable it, publish it, and have it installed."
)
_CHECK_CREDENTIALS: Final = text(
    "Check FEISHU_APP_ID and FEISHU_APP_SECRET (or the file that FEISHU_APP_SECRET_FILE names), and that the app is "
    "enabled."
)
_CHECK_PERSON: Final = text(
    "Look the id up in the developer console; open ids (`ou_…`) are different for every app."
)
_CHECK_AVAILABILITY: Final = text(
    "Add the person to the availability range of the app in the developer console, and publish a version."
)
_CHECK_CHAT: Final = text("Check the chat id; `groupctl state list` shows which one a key is bound to.")
_ASK_OWNER: Final = text("Ask the owner of the group to do it or to make the app a manager.")
_OWNER_ONLY: Final = text(
    "The app can do this only in groups that it owns, or created while it holds the scope im:chat:operate_as_owner."
)
_REMOVE_FIELD: Final = text("Remove the field from the YAML, or list it under `unmanaged`.")
_TRY_LATER: Final = text("Run the command again a little later.")
_OUR_BUG: Final = text("This is a bug in reconciler.")

_CREDENTIALS: Final = Meaning(RunRefused, text("Credentials refused"), _CHECK_CREDENTIALS)
_TOKEN: Final = Meaning(RunRefused, text("Access token refused"))
_APP_STATE: Final = Meaning(RunRefused, text("App cannot be used in this tenant"), _CHECK_APP)
_NO_BOT: Final = Meaning(
    RunRefused,
    text("Bot ability is off"),
    text("Switch the bot on in the developer console (Add Features), and publish a version of the app."),
)
_OUTSIDE: Final = Meaning(
    OutsideGroup,
    text("App is not in the group"),
    text("Add the app's bot to the group in the client, or stop managing the group."),
)
_NO_ANNOUNCEMENT: Final = Meaning(
    Refused,
    text("Announcement not found"),
    text("Open the announcement once in the client, or list `announcement` in `unmanaged`."),
)
_ANNOUNCEMENT_MOVED: Final = Meaning(
    Refused, text("Announcement changed meanwhile"), text("Run the command again.")
)
_ANNOUNCEMENT_SIZE: Final = Meaning(
    Refused, text("Announcement too large"), text("Shorten it, or link to a document that holds the rest.")
)
_ANNOUNCEMENT_KIND: Final = Meaning(
    Refused, text("Kind of announcement changed meanwhile"), text("Run the command again.")
)
_SCOPE: Final = Meaning(
    OperationRefused,
    text("App lacks a scope"),
    text("Add the scope in the developer console (Permissions & Scopes), and publish a version of the app."),
)
_INVALID: Final = Meaning(Refused, text("Request refused as invalid"), _REPORT)
_PERSON: Final = Meaning(Refused, text("Person or bot refused"), _CHECK_PERSON, blames_people=True)
_INVISIBLE: Final = Meaning(
    Refused, text("Person or bot out of reach of the app"), _CHECK_AVAILABILITY, blames_people=True
)
_CHAT_ID: Final = Meaning(Refused, text("Chat id refused"), _CHECK_CHAT)
_TENANT: Final = Meaning(
    Refused, text("Chat belongs to another tenant"), text("The app can manage groups of its own tenant only.")
)
_CHAT_KIND: Final = Meaning(
    Refused,
    text("Kind of chat not supported"),
    text("Only ordinary groups can be managed; stop managing this one with `groupctl forget`."),
)
_EXTERNAL: Final = Meaning(
    Refused,
    text("External group refused"),
    text(
        "Only an app with the ability to share externally can act on groups with people of other companies."
    ),
)
_NOT_OWNER: Final = Meaning(Refused, text("Only the owner may do this"), _OWNER_ONLY)
_NOT_MANAGER: Final = Meaning(Refused, text("Only owner and managers may do this"), _ASK_OWNER)
_FULL: Final = Meaning(
    Refused,
    text("Group is full"),
    text("Remove people, or ask the tenant's administrator for a higher limit."),
)
_PUBLIC: Final = Meaning(
    Refused, text("Public group not allowed"), text("Use `chat_type: private`."), field="chat_type"
)
_PUBLIC_NAME: Final = Meaning(
    Refused,
    text("Name too short for a public group"),
    text("Give the group a name of at least 2 characters."),
)
_HIDE_COUNT: Final = Meaning(
    Refused,
    text("Hiding the member count is not available"),
    _REMOVE_FIELD,
    field="permissions.hide_member_count",
)
_LABELS: Final = Meaning(Refused, text("Chat labels not allowed"), _OUR_BUG)
_IMAGE: Final = Meaning(
    Refused,
    text("Icon refused"),
    text("The image key has to come from an upload by this very app; name the file (`./…`) instead of it."),
)
_NOT_SHAREABLE: Final = Meaning(
    Refused,
    text("Group has no share link"),
    text("Secret chats, p2p chats and team groups cannot be shared by a link."),
)
_SILENCED: Final = Meaning(
    Refused,
    text("App may not speak in the group"),
    text("Let the owner allow the app to post there, or choose another group."),
)
_MESSAGE_CONTENT: Final = Meaning(
    Refused,
    text("Message refused for its content"),
    text(
        "It names groups, people and texts that were changed; ask the administrator of the tenant to let it through."
    ),
)
_CARD: Final = Meaning(Refused, text("Card refused"), _OUR_BUG)
_NO_KEY: Final = Meaning(
    OperationRefused,
    text("Encryption key of the tenant was deleted"),
    text("The administrator of the tenant has to restore it."),
)
_BUSY: Final = Meaning(Throttled, text("Group is busy"), _TRY_LATER)
_LIMITED: Final = Meaning(Throttled, text("Rate limit reached"), _TRY_LATER)
_INTERNAL: Final = Meaning(OutcomeUnknown, text("Platform failed"), _REPORT)
_WRONG_CALL: Final = Meaning(
    OperationRefused,
    text("Platform does not know this call"),
    text("Check the endpoint; is it a proxy or a portal?"),
)

MEANINGS: Final[dict[int, Meaning]] = {
    # tokens
    99991661: _TOKEN,
    99991669: _TOKEN,
    **dict.fromkeys(TOKEN_REFUSED, _TOKEN),
    # credentials: token calls
    10003: _CREDENTIALS,
    10005: _CREDENTIALS,
    10012: _CREDENTIALS,
    10013: _CREDENTIALS,
    10014: _CREDENTIALS,
    10015: _CREDENTIALS,
    10016: _CREDENTIALS,
    20002: _CREDENTIALS,
    50003: _CREDENTIALS,
    99991543: _CREDENTIALS,
    # app, scopes, quota
    20009: _APP_STATE,
    99991662: _APP_STATE,
    99991673: _APP_STATE,
    232004: Meaning(RunRefused, text("App does not exist"), _CHECK_CREDENTIALS),
    # Of an older table. Source: platform.openapi.yaml, bot_info `x-open-questions`.
    11205: _NO_BOT,
    11240: _NO_BOT,
    232025: _NO_BOT,
    232034: _APP_STATE,
    90003088: Meaning(
        RunRefused, text("Feature not in the subscription"), text("Ask the administrator of the tenant.")
    ),
    99991401: Meaning(
        RunRefused,
        text("Address of this machine not allowed"),
        text("Add it to the IP allow-list of the app in the developer console."),
    ),
    99991403: Meaning(
        RunRefused,
        text("Monthly quota used up"),
        text("Wait for the next month, or ask the tenant's administrator for a larger plan."),
    ),
    99991672: _SCOPE,
    99991674: _SCOPE,
    99991676: _SCOPE,
    99991679: _SCOPE,
    # limits that pass
    99991400: _LIMITED,
    11232: _LIMITED,
    11233: _LIMITED,
    232019: _BUSY,
    232068: Meaning(Throttled, text("Group is being created"), _TRY_LATER),
    232073: Meaning(Throttled, text("Menu is being changed"), _TRY_LATER),
    # requests
    9499: _INVALID,
    99992402: _INVALID,
    40001: _INVALID,
    99992354: _INVALID,
    99992500: _INVALID,
    99992501: _INVALID,
    232001: _INVALID,
    232015: _INVALID,
    99991201: _WRONG_CALL,
    99991301: _WRONG_CALL,
    30005: _WRONG_CALL,
    # people and bots
    41012: _PERSON,
    41050: _INVISIBLE,
    40004: _INVISIBLE,
    99991675: _PERSON,
    99992351: _PERSON,
    99992352: _PERSON,
    99992353: _PERSON,
    99992359: _PERSON,
    99992360: _PERSON,
    99992361: Meaning(
        Refused,
        text("Open id of another app"),
        text("Open ids (`ou_…`) are different for every app; look the person up with this app."),
        blames_people=True,
    ),
    99992363: _PERSON,
    99992364: _PERSON,
    99992381: _PERSON,
    232007: Meaning(Refused, text("Chat id or person refused"), _CHECK_CHAT, blames_people=True),
    232021: Meaning(
        Refused, text("Bot not found"), text("Check the app id (`cli_…`) of the bot."), blames_people=True
    ),
    232022: Meaning(
        Refused,
        text("Person has left the company"),
        text("Remove the person from the YAML."),
        blames_people=True,
    ),
    232024: _INVISIBLE,
    232027: _PERSON,
    232028: Meaning(
        Refused,
        text("Person of another company"),
        text("People of other companies cannot be in an internal group; remove them from the YAML."),
        blames_people=True,
    ),
    232030: _PERSON,
    232043: _INVISIBLE,
    # owner
    232012: Meaning(
        Refused, text("New owner is not in the group"), text("Add the person to the group first.")
    ),
    232029: Meaning(Refused, text("Nobody can become the owner"), text("Add somebody to the group first.")),
    232031: Meaning(Refused, text("New owner belongs to another tenant"), _CHECK_PERSON),
    232032: Meaning(Refused, text("New owner belongs to another tenant"), _CHECK_PERSON),
    232035: Meaning(Refused, text("Owner refused"), _CHECK_PERSON),
    232076: Meaning(
        Refused, text("Owner cannot be removed"), text("Transfer the group to somebody else first.")
    ),
    # the chat
    232006: _CHAT_ID,
    99992355: _CHAT_ID,
    99992356: _CHAT_ID,
    232008: _CHAT_KIND,
    232050: _CHAT_KIND,
    232090: _CHAT_KIND,
    232009: Meaning(
        GroupGone,
        text("Group is dissolved"),
        text(
            "Remove the key from the YAML files, or run `groupctl forget` for it; the next apply creates a new group."
        ),
    ),
    232010: _TENANT,
    232011: _OUTSIDE,
    232033: _EXTERNAL,
    232060: Meaning(Refused, text("Group is silenced by the platform"), _REPORT),
    # roles
    232002: _NOT_MANAGER,
    232014: _NOT_MANAGER,
    232016: _NOT_MANAGER,
    232017: _NOT_OWNER,
    232038: _NOT_OWNER,
    232055: _NOT_MANAGER,
    # settings
    232020: _PUBLIC_NAME,
    232042: _PUBLIC_NAME,
    232023: Meaning(
        Refused,
        text("Name or description refused by content review"),
        text("Use another wording in the YAML."),
    ),
    232026: Meaning(
        Refused,
        text("Name is taken by another public group"),
        text("Public groups of a tenant have different names; choose another one."),
        field="name",
    ),
    232037: _LABELS,
    232095: _LABELS,
    232041: Meaning(
        Refused,
        text("Avatar refused"),
        text(
            "The image has to be uploaded as an avatar by this very app; name the file (`./…`) instead of it."
        ),
        field="avatar",
    ),
    232057: Meaning(
        Refused, text("Restricted mode is not available"), _REMOVE_FIELD, field="restricted_mode"
    ),
    232069: _PUBLIC,
    232091: _PUBLIC,
    232078: _HIDE_COUNT,
    232079: _HIDE_COUNT,
    232092: Meaning(
        Refused, text("A meeting of the group is running"), text("Run the command again after the meeting.")
    ),
    232093: Meaning(
        Refused,
        text("A meeting of the group is running"),
        text("Run the command again after the meeting."),
        field="permissions.membership_approval",
    ),
    # members and managers
    232013: _FULL,
    232044: _FULL,
    232040: Meaning(
        Refused,
        text("Too many managers"),
        text("A group has at most 10 managers, a very large one 20; shorten the list in the YAML."),
    ),
    # announcements
    1770002: _NO_ANNOUNCEMENT,
    232003: _NO_ANNOUNCEMENT,
    **dict.fromkeys((1770003, 1770015, 1770021), _ANNOUNCEMENT_MOVED),
    **dict.fromkeys((1770004, 1770005, 1770007, 1770033, 1770034, 1770035), _ANNOUNCEMENT_SIZE),
    **dict.fromkeys(
        (
            1770001,
            1770006,
            1770008,
            1770010,
            1770011,
            1770012,
            1770013,
            1770014,
            1770019,
            1770024,
            1770025,
            1770026,
            1770027,
            1770028,
            1770029,
            1770030,
            1770031,
            1770038,
            1770041,
        ),
        _INVALID,
    ),
    1770020: Meaning(Throttled, text("Announcement is being copied"), _TRY_LATER),
    1770032: Meaning(
        Refused,
        text("No right on the announcement"),
        text(
            "Let an editor of the announcement give the app the right, and mention only people whom the app can see."
        ),
    ),
    232066: Meaning(
        Refused,
        text("No right on the announcement"),
        text("Let an editor of the announcement give the app the right to read it."),
    ),
    **dict.fromkeys((1771001, 1771002, 1771003, 1771004, 1771005, 1771006), _INTERNAL),
    1772001: Meaning(Throttled, text("Announcement is not ready"), _TRY_LATER),
    1772002: _TENANT,
    1772003: _OUTSIDE,
    1772004: _EXTERNAL,
    1772005: _NOT_MANAGER,
    1772006: _ANNOUNCEMENT_KIND,
    232097: _ANNOUNCEMENT_KIND,
    1772025: _NO_BOT,
    1772034: _APP_STATE,
    # tabs and menus
    232046: Meaning(
        Refused,
        text("Too many tabs"),
        text("A group has at most 20 tabs of its own; some may be made by hand."),
    ),
    232047: Meaning(Refused, text("Tab name too long"), text("Use at most 60 characters.")),
    232048: Meaning(
        Refused, text("Tab link refused"), text("The link has to begin with http:// or https://.")
    ),
    232049: Meaning(Refused, text("Tab cannot be written"), text("Only url and doc tabs can be changed.")),
    232051: Meaning(
        Refused, text("No access to the document"), text("Share the document with the app, then run again.")
    ),
    232056: _IMAGE,
    232070: Meaning(
        Refused,
        text("Too many menus"),
        text("A group has at most 3 top-level menus; some may be made by hand."),
    ),
    232071: Meaning(Refused, text("Too many menu entries"), text("A menu has at most 5 entries below it.")),
    232072: Meaning(Refused, text("Menu changed meanwhile"), text("Run the command again.")),
    # pictures
    232096: Meaning(Refused, text("App cannot be written to for now"), _TRY_LATER),
    234001: _INVALID,
    234002: _TOKEN,
    234006: Meaning(Refused, text("Picture too large"), text("A picture may have 10 MB.")),
    234007: _NO_BOT,
    234010: Meaning(Refused, text("Picture is empty"), text("Save the file again.")),
    234011: Meaning(
        Refused,
        text("Format of the picture not supported"),
        text("Save it as PNG, JPEG, WEBP, GIF, BMP, ICO, TIFF or HEIC."),
    ),
    234039: Meaning(
        Refused,
        text("Picture has too many pixels"),
        text("Avatars have at most 4096 x 4096 pixels, GIFs 2000 x 2000."),
    ),
    234041: _NO_KEY,
    234042: Meaning(
        OperationRefused,
        text("Storage of the tenant failed"),
        text("It may be full; ask the administrator of the tenant."),
    ),
    # messages
    **dict.fromkeys((230001, 230015, 230017, 230019, 230055), _INVALID),
    230002: Meaning(
        OutsideGroup,
        text("App is not in the group"),
        text("Add the app's bot to the group in the client, or choose another group."),
    ),
    230006: _NO_BOT,
    **dict.fromkeys((230013, 230029, 230038, 230053), _INVISIBLE),
    **dict.fromkeys((230018, 230035), _SILENCED),
    230020: _LIMITED,
    **dict.fromkeys((230022, 230028), _MESSAGE_CONTENT),
    **dict.fromkeys((230025, 230099), _CARD),
    230027: Meaning(
        OperationRefused,
        text("App may not send messages there"),
        text(
            "Add the scope im:message:send_as_bot in the developer console and publish a version of the app; in a group "
            "with people of other companies it needs the ability to share externally as well."
        ),
    ),
    230034: _CHAT_ID,
    230036: _NO_KEY,
    ON_ITS_WAY: Meaning(Refused, text("Message is on its way already"), _TRY_LATER),
    **dict.fromkeys((230054, 230075), _CHAT_KIND),
    # share links and top notice
    230111: Meaning(Refused, text("Message is about to vanish"), _REPORT),
    232061: _NOT_SHAREABLE,
    232062: _NOT_SHAREABLE,
    232063: _NOT_SHAREABLE,
    232064: _NOT_MANAGER,
    232065: Meaning(Refused, text("App not found"), _CHECK_APP),
    # the platform's own trouble
    **dict.fromkeys(
        (
            1500,
            1503,
            1551,
            1557,
            1642,
            1663,
            1665,
            1668,
            2200,
            5000,
            10101,
            10105,
            10500,
            40003,
            40006,
            45500,
            55001,
        ),
        _INTERNAL,
    ),
}

OWN_MEANINGS: Final[dict[str, dict[int, Meaning]]] = {
    # No group that is managed here.
    "im_message_create": {
        232009: Meaning(GroupGone, text("Group is dissolved"), text("Choose another group."))
    },
    # Source: members.openapi.yaml, chat_members_create `x-errors`: managers may add as well.
    "chat_members_create": {232017: _NOT_MANAGER},
    # Source: menus.openapi.yaml; on these calls 232014 is a missing scope, not a missing role.
    "chat_menu_": {
        232014: _SCOPE,
        232078: Meaning(
            Refused,
            text("Menu refused"),
            text(
                "Links have to begin with http:// or https://, and a menu with entries has neither link nor icon."
            ),
        ),
    },
}
"""What codes mean on the operations whose names begin so, where that is something else."""

_UNKNOWN_REFUSAL: Final = Meaning(Refused, text("Platform refused the call"), _REPORT)


def meaning_of(operation: str, code: int, status: int) -> Meaning:
    """Return what a code other than success means for an operation.

    HTTP 429 is a rate limit whatever the code, unless the code says that nothing will work until somebody acts: the
    monthly quota does not come back by waiting. An unknown code is a refusal, but with an HTTP status of 500 or
    more it tells nothing about the outcome.
    """
    known = MEANINGS.get(code)
    if status == TOO_MANY_REQUESTS and not (known and known.error is RunRefused):
        return _LIMITED
    for prefix, meanings in OWN_MEANINGS.items():
        if operation.startswith(prefix) and code in meanings:
            return meanings[code]
    return known or (_INTERNAL if status >= 500 else _UNKNOWN_REFUSAL)


def lacks_scope(facts: PlatformFacts) -> bool:
    """Tell whether a call was refused because the app lacks every scope that would allow it."""
    return meaning_of(facts.operation, facts.code, facts.http_status) is _SCOPE


def platform_error(
    facts: PlatformFacts, message: str, block: ErrorBlock, token_advice: str = ""
) -> PlatformError:
    """Return the error for an answer with a code other than success.

    Args:
        facts: Operation, code, HTTP status and log id.
        message: The platform's text; shown shortened, never decided upon.
        block: What else the answer told.
        token_advice: What to do about a refused token, which depends on where tokens come from.
    """
    meaning = meaning_of(facts.operation, facts.code, facts.http_status)
    diagnostic = Diagnostic(
        summary=meaning.summary,
        detail=_detail(message, block),
        hint=_hint(meaning, block, token_advice),
        platform=facts,
    )
    return meaning.error(
        diagnostic,
        field=meaning.field,
        blames_people=meaning.blames_people,
        scopes=_scopes(block),
    )


def excerpt(foreign: str) -> str:
    """Return a text of unknown origin so that a message can hold it: one line, short, without secrets."""
    # Secrets first: they are known as they are, not without some of their blanks.
    line = " ".join("".join(char if char.isprintable() else " " for char in redact(foreign)).split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def _detail(message: str, block: ErrorBlock) -> str:
    fields = ", ".join(
        f"{each.field} ({each.description})" if each.description else each.field
        for each in block.field_violations
    )
    told = excerpt("; ".join(part for part in (message, fields) if part))
    return text("The platform said: {told}", told=told) if told else text("The platform gave no reason.")


def _hint(meaning: Meaning, block: ErrorBlock, token_advice: str) -> str:
    if meaning is _TOKEN:
        return token_advice
    if meaning is _SCOPE:
        return _scope_hint(block)
    return meaning.hint


def _scopes(block: ErrorBlock) -> tuple[str, ...]:
    named = (each.subject or each.scope for each in block.permission_violations)
    return tuple(dict.fromkeys(filter(None, named)))


def _scope_hint(block: ErrorBlock) -> str:
    scopes = _scopes(block)
    if not scopes:
        return _SCOPE.hint
    named = excerpt(", ".join(scopes))
    link = next((each.url for each in block.helps if re.match(r"https://[\w.-]+/", each.url)), "")
    if not link:
        return text("Any one of these suffices: {scopes}. {how}", scopes=named, how=_SCOPE.hint)
    return text(
        "Any one of these suffices: {scopes}. Add it and publish a version of the app: {link}",
        scopes=named,
        link=excerpt(link),
    )
