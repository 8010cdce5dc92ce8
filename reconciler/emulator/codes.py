"""The platform's codes that the emulator answers, each with its HTTP status and usual text.

Clients decide on the code; the texts are there for people and may differ from the platform's.
Source: `x-errors` and `x-common-errors` of the API descriptions, wire-behaviour.md section 12.
"""

from __future__ import annotations

from typing import NamedTuple


class CodeFacts(NamedTuple):
    """HTTP status and text that go with a code."""

    status: int
    msg: str


_OTHER_STATUS = {
    10003: 200,  # the token calls answer their failures with HTTP 200
    10014: 200,
    99991400: 429,
}

_MESSAGES = {
    9499: "Bad Request",
    10003: "invalid param",
    10014: "app secret invalid",
    11205: "app do not have bot",
    232001: "Your request contains an invalid request parameter.",
    232002: "Only the group owner or the group manager is allowed to edit the group information.",
    232004: "The app does not exist.",
    232006: "Your request specifies a chat_id which is invalid.",
    232007: "Your request specifies a chat_id or a user_id which is invalid.",
    232008: "Your request specifies a chat which is not supported by this operation.",
    232009: "Your request specifies a chat which has already been dissolved.",
    232010: "Operator and chat can NOT be in different tenants.",
    232011: "Operator can NOT be out of the chat.",
    232012: "The new group owner is NOT in the chat.",
    232013: "The chat has reached its member limit.",
    232014: "No permission for this operation.",
    232015: "The id type is not supported.",
    232016: "Only the group owner, a manager or the creator can edit this information.",
    232017: "The operator is neither the group owner, nor a manager, nor the creator with permission.",
    232019: "The request rate of this chat is too high, please try again later.",
    232020: "The name of a public group needs at least 2 characters.",
    232021: "A bot of the request cannot be found.",
    232022: "A user of the request has left the company.",
    232023: "The content did not pass the review.",
    232024: "The users or bots are invisible to the operator, or may not work together with it.",
    232025: "Bot ability is not activated.",
    232026: "Another public group already has this name.",
    232027: "There is no valid member in the request.",
    232028: "Members of other tenants can NOT be added to an internal chat.",
    232029: "Nobody can take over the ownership of the chat.",
    232030: "A user id of the request is invalid.",
    232031: "The new group owner belongs to another tenant than the chat.",
    232032: "The group owner belongs to another tenant than the operator.",
    232033: "The operator or the invited bots may NOT act on external chats.",
    232034: "The app is unavailable or inactivated in the tenant.",
    232035: "The owner_id is invalid.",
    232038: "Only the group owner can do this.",
    232039: "The managers were changed, but the lists of managers could not be returned.",
    232040: "The chat has reached its limit of managers.",
    232041: "The avatar key is invalid.",
    232042: "The name of a public group can NOT be empty.",
    232043: "Your request contains unavailable ids.",
    232044: "The member limit set by the tenant administrator is reached.",
    232046: "The chat has reached its limit of tabs.",
    232047: "The tab name is too long.",
    232048: "The tab content is illegal.",
    232049: "The tab can NOT be changed or deleted.",
    232050: "The chat mode is not supported.",
    232051: "No permission for the document of the tab.",
    232055: "No permission to manage tabs, widgets and menus of the chat.",
    232056: "The image was not uploaded by this bot.",
    232057: "The tenant can NOT use the restricted mode.",
    232060: "The chat is banned.",
    232068: "The chat is being created, please try again later.",
    232069: "An external chat can NOT be public.",
    232070: "The chat has reached its limit of top level menus.",
    232071: "A menu has reached its limit of second level menus.",
    232072: "The menu ids differ from the menus of the chat.",
    232073: "The menu of the chat is being changed, please try again later.",
    232076: "The group owner can NOT be removed.",
    232078: "The content is not permitted.",
    232090: "The type of the chat is not supported.",
    232091: "The tenant administrator does not allow public groups.",
    232092: "The setting can NOT be changed during a meeting of the chat.",
    232093: "The approval can NOT be turned off during a meeting of the chat.",
    99991400: "request trigger frequency limit",
    99991661: "Missing access token for authorization. Please make a request with token attached.",
    99991663: "Invalid access token for authorization. Please make a request with token attached.",
    99991668: "Invalid access token for authorization. Please make a request with token attached.",
    99991671: "Invalid access token for authorization: the token must start with `t-` or `u-`.",
    99991672: "Access denied.",
    99992351: "Some open_id does not exist.",
    99992360: "Some user_id does not exist.",
    99992361: "open_id cross app",
    99992364: "Some union_id does not exist.",
    99992402: "field validation failed",
}


def code_facts(code: int) -> CodeFacts:
    """Return status and text of `code`; codes outside the table answer 400 with a general text."""
    return CodeFacts(_OTHER_STATUS.get(code, 400), _MESSAGES.get(code, "The request was refused."))
