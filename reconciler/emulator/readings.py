"""Open questions of the API descriptions, each with the reading that the emulator takes.

The first value of every field is the reading that the descriptions give; a scenario may choose another one
under `readings`, so that a client can be tried against each answer that it could meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_type_hints


def _reading(default: str, question: str) -> Any:
    """Return a field whose `question` can be shown to people."""
    return field(default=default, metadata={"question": question})


@dataclass(frozen=True, slots=True)
class Readings:
    """What the emulator does where nobody has published what the platform does."""

    empty_string: Literal["clears", "ignored"] = _reading(
        "clears", "what an empty text in chat_update does to the text that is there"
    )
    unknown_enum: Literal["refused", "dropped"] = _reading(
        "refused", "what becomes of an enum value outside the list: 99992402, or dropped without a word"
    )
    public_name_at_create: Literal["unique", "shared"] = _reading(
        "unique", "whether chat_create refuses the name of another public group (232026), as chat_update does"
    )

    # ---- chats.openapi.yaml

    unknown_fields: Literal["ignored", "refused"] = _reading(
        "ignored", "whether fields of a body that no page describes are ignored, or refused by 99992402"
    )
    sdk_only_fields: Literal["ignored", "served"] = _reading(
        "ignored",
        "whether the fields of a group that only the vendor's SDKs know are ignored and never shown, or shown and"
        " written: labels (232037), chat_tags (232095), pin_manage_setting",
    )
    printed_blanks: Literal["slips", "answered"] = _reading(
        "slips", "whether answers have the blanks that the pages print inside of values, as in `all members`"
    )
    unknown_user_ids: Literal["operation", "gateway"] = _reading(
        "operation",
        "who judges user ids of the chat operations that mean nobody: the operation with its own codes, or the"
        " gateway by 99992351, 99992360 and 99992364",
    )
    user_ids_without_scope: Literal["refused", "left_out"] = _reading(
        "refused",
        "whether a call that asks for ids of the form user_id without the scope for it is refused (99991672), or"
        " answered without those ids",
    )
    last_page: Literal["bare", "empty_token", "same_token"] = _reading(
        "bare",
        "whether the last page of a list has, beside has_more false, no page_token, an empty one, or one that"
        " leads to that page again",
    )
    page_length: Literal["full", "short"] = _reading(
        "full",
        "whether pages of groups, members and moderators hold as many items as asked for, or half as many",
    )
    user_token_of_create: Literal["refused", "taken"] = _reading(
        "refused",
        "whether a person may call chat_create (scope im:chat:create_by_user) and then owns the group",
    )
    user_token_of_update: Literal["taken", "refused"] = _reading(
        "taken", "whether a person may call chat_update"
    )
    spent_uuid: Literal["same_group", "refused"] = _reading(
        "same_group", "what chat_create answers to a spent uuid: the group that it made, or 232068"
    )
    name_of_nameless: Literal["absent", "placeholder", "empty"] = _reading(
        "absent", "what stands as the name of a group without one, wherever it is read"
    )
    bad_avatar_at_create: Literal["232001", "232021"] = _reading(
        "232001", "the code of chat_create for an avatar that is no key of an own picture"
    )
    dissolved_in_list: Literal["left_out", "with_history"] = _reading(
        "left_out", "whether chat_list has the dissolved groups whose history the caller keeps"
    )
    get_from_outside: Literal["reduced_view", "refused"] = _reading(
        "reduced_view", "what chat_get answers a caller outside the chat: the reduced view, or 232011"
    )
    get_of_dissolved: Literal["reduced_view", "refused"] = _reading(
        "reduced_view", "what chat_get answers for a dissolved chat: the reduced view, or 232009"
    )
    hidden_counts: Literal["real", "zero"] = _reading(
        "real",
        "which numbers of members chat_get shows to callers outside, and to members from whom they are hidden",
    )
    bot_as_owner: Literal["absent", "empty", "app_id"] = _reading(
        "absent", "what stands as owner_id of a group that a bot owns: nothing, an empty text, or the App ID"
    )
    owner_among_managers: Literal["no", "yes"] = _reading(
        "no", "whether chat_get has the owner in the lists of managers"
    )
    no_managers: Literal["empty", "null", "absent"] = _reading(
        "empty", "what chat_get has for a list of managers without anybody in it"
    )
    settings_of_p2p: Literal["shown", "absent"] = _reading(
        "shown", "whether chat_get shows the settings of a one-to-one chat whose absence no page states"
    )
    permission_pair: Literal["both", "one_is_enough"] = _reading(
        "both",
        "whether add_member_permission and share_card_permission must be sent together, or one moves the other",
    )
    transfer_by_manager: Literal["allowed", "refused"] = _reading(
        "allowed", "whether a manager may transfer the ownership by chat_update, or not (232016)"
    )
    bad_public_name_at_update: Literal["232001", "as_at_create"] = _reading(
        "232001", "the code of chat_update for a public name that is too short or empty, or those of create"
    )
    nested_fields: Literal["merged", "replaced"] = _reading(
        "merged", "whether the keys that i18n_names and restricted_mode_setting leave out in chat_update stay"
    )
    refused_update: Literal["undone", "partly_done"] = _reading(
        "undone",
        "whether a refused chat_update leaves everything, or what came before the refused field is done",
    )
    update_of_external: Literal["by_ability", "refused"] = _reading(
        "by_ability", "whether the external-sharing ability is enough to update an external group, or 232033"
    )
    absent_creator_deletes: Literal["refused", "allowed"] = _reading(
        "refused", "whether the creator with im:chat:operate_as_owner may dissolve a group that it has left"
    )
    dissolved_group: Literal["232009", "232011"] = _reading(
        "232009", "the code for a dissolved group: that it is dissolved, or that the caller is not in it"
    )
    list_of_other_mode: Literal["empty", "absent"] = _reading(
        "empty", "what chat_moderation_get has for items while the mode is not moderator_list"
    )
    always_moderators: Literal["owner", "nobody", "owner_and_managers"] = _reading(
        "owner", "who is in the list of moderators without having been added"
    )
    moderators_in_other_mode: Literal["forgotten", "kept"] = _reading(
        "forgotten", "whether the list of moderators is remembered while another mode is on"
    )
    lists_without_mode: Literal["ignored", "applied"] = _reading(
        "ignored", "whether moderator lists count without moderation_setting while moderator_list is on"
    )
    list_mode_alone: Literal["accepted", "refused"] = _reading(
        "accepted", "whether moderator_list can be set without moderator_added_list, or not (232001)"
    )

    # ---- tabs and menus

    creator_on_reserved: Literal["refused", "allowed"] = _reading(
        "refused",
        "whether the bot that made a group, with im:chat:operate_as_owner, manages reserved tabs and menus",
    )
    bad_entry: Literal["rejects_all", "left_out"] = _reading(
        "rejects_all",
        "whether one bad tab or menu in a list rejects the others, or is left out without a word",
    )
    unknown_id_at_delete: Literal["refused", "ignored"] = _reading(
        "refused", "what an unknown id does to a call that deletes tabs or menus: 232001, or nothing"
    )
    documented_optional: Literal["required", "optional"] = _reading(
        "required",
        "whether tabs and menus need what the vendor's tables call optional: the lists of chat_tab_update and"
        " chat_tab_sort, the fields of a second-level menu",
    )
    tab_name_limit: Literal["60_characters", "60_bytes", "30_bytes"] = _reading(
        "60_characters", "how long a tab's name may be, and in what it is counted"
    )
    tab_answer: Literal["all", "touched"] = _reading(
        "all", "whether writes of tabs answer with all tabs of the chat, or only with the touched ones"
    )
    tabs_counted: Literal["custom", "doc_and_url"] = _reading(
        "custom",
        "which tabs count towards the 20: all that are not built in, or those of the types doc and url",
    )
    built_in_tab_content: Literal["absent", "empty"] = _reading(
        "absent", "whether tab_content of built-in tabs is absent or an empty object"
    )
    new_tabs: Literal["last", "first"] = _reading(
        "last", "where new tabs land: at the right end, or right behind the message tab"
    )
    unnamed_tab: Literal["nameless", "named_by_link"] = _reading(
        "nameless", "what name a tab has that was made without one"
    )
    tab_without_link: Literal["232048", "232001"] = _reading(
        "232048", "which code answers a tab without the link of its type"
    )
    same_tab_again: Literal["added", "refused"] = _reading(
        "added", "whether a link may be added twice, or is refused (232001)"
    )
    read_only_tab_at_create: Literal["232001", "232049"] = _reading(
        "232001", "which code answers a tab_type outside doc and url in chat_tab_create"
    )
    doc_tab_access: Literal["separate", "shared"] = _reading(
        "separate", "whether a doc tab makes the members of the chat collaborators of its document"
    )
    omitted_in_tab_update: Literal["kept", "cleared"] = _reading(
        "kept", "what becomes of tab_name and tab_config that chat_tab_update leaves out"
    )
    tab_config_update: Literal["merged", "replaced"] = _reading(
        "merged", "whether a new tab_config keeps the icon that it leaves out"
    )
    tab_type_change: Literal["allowed", "refused"] = _reading(
        "allowed", "whether a doc tab may become a url tab and the reverse, or is refused (232049)"
    )
    message_tab_not_first: Literal["accepted", "refused"] = _reading(
        "accepted", "what chat_tab_sort does with a list that does not begin with the message tab"
    )
    empty_menu: Literal["empty_list", "no_list", "no_tree"] = _reading(
        "empty_list", "what stands in the answer for a group without a menu"
    )
    unlisted_menu_codes: Literal["as_on_create", "232001"] = _reading(
        "as_on_create", "whether menu operations answer 232008 and 232009 where their page does not list them"
    )
    menu_name_length: Literal["characters", "bytes"] = _reading(
        "characters", "in what the 120 of a menu's name are counted"
    )
    illegal_menu_link: Literal["232078", "232001"] = _reading(
        "232078", "which code answers a menu with a missing link or one without http"
    )
    common_url: Literal["optional", "required"] = _reading(
        "optional", "whether common_url must be among the links of a menu"
    )
    icon_beside_children: Literal["refused", "dropped"] = _reading(
        "refused",
        "what becomes of an icon on a top-level menu with children: 232078, or dropped without a word",
    )
    lone_none_entry: Literal["allowed", "refused"] = _reading(
        "allowed", "whether a menu of action_type NONE may be without children, or is refused (232078)"
    )
    menu_ids_after_change: Literal["same", "new"] = _reading(
        "same", "whether ids of menus survive a patch and a sort"
    )
    named_but_missing: Literal["removes", "kept", "refused"] = _reading(
        "removes", "what ICON and I18N_NAME in update_fields do when chat_menu_item does not have the value"
    )
    patched_objects: Literal["replaced", "merged"] = _reading(
        "replaced",
        "whether chat_menu_item_patch replaces redirect_link and i18n_names or merges them key by key",
    )
    patched_action_type: Literal["ignored", "refused"] = _reading(
        "ignored", "what another action_type in chat_menu_item_patch does: nothing, or 232001"
    )
    link_on_none_by_patch: Literal["stored", "refused"] = _reading(
        "stored", "whether chat_menu_item_patch may set redirect_link on a NONE entry, or is refused (232078)"
    )
    foreign_icon_by_patch: Literal["refused", "accepted"] = _reading(
        "refused", "whether chat_menu_item_patch checks who uploaded the icon (232056), as on create"
    )

    # ---- members.openapi.yaml

    id_list_bounds: Literal["operation", "gateway"] = _reading(
        "operation",
        "who refuses an id_list or manager_ids of no or too many ids: 232027 and 232001, or the gateway by 99992402",
    )
    bot_ids: Literal["as_app_id", "everywhere"] = _reading(
        "as_app_id",
        "whether cli_ ids in a list name bots only with member_id_type app_id, or under every type",
    )
    unusable_ids: Literal["by_succeed_type", "always_232043", "always_by_kind"] = _reading(
        "by_succeed_type",
        "which code refuses unusable ids: that of their kind for succeed_type 0 and 232043 for 2, or one way for both",
    )
    unusable_ids_shown: Literal["msg", "data", "error"] = _reading(
        "msg", "where the refusal of succeed_type 2 names the unusable ids"
    )
    nobody_usable: Literal["success", "refused"] = _reading(
        "success",
        "what succeed_type 1 answers when no id is usable: success with all of them listed, or 232027",
    )
    members_added_again: Literal["no_op", "listed"] = _reading(
        "no_op", "whether ids that are in the chat already are passed over, or stand in invalid_id_list"
    )
    too_many_bots: Literal["232013", "232001"] = _reading(
        "232013", "which code refuses the 16th bot of a chat"
    )
    approval: Literal["of_members", "of_everybody"] = _reading(
        "of_members", "whose invitations wait where approval is required: those of plain members, or all"
    )
    added_bots: Literal["enter", "stay_out"] = _reading(
        "enter", "whether bots added with success are in the chat afterwards"
    )
    unknown_ids_removed: Literal["listed", "refused"] = _reading(
        "listed", "whether ids that mean nobody stand in invalid_id_list, or fail the removal by 232007"
    )
    absent_people_removed: Literal["gone", "listed"] = _reading(
        "gone", "whether people to remove who are not in the chat count as gone, or stand in invalid_id_list"
    )
    nobody_removed: Literal["success", "refused"] = _reading(
        "success", "what a removal answers when nobody named is in the chat: success, or 232027"
    )
    manager_removal: Literal["by_managers", "by_owner"] = _reading(
        "by_managers", "whether a manager may remove another manager, or only the owner may (232014)"
    )
    leaving_owner: Literal["succeeded", "refused"] = _reading(
        "succeeded", "whether an owner who removes itself is followed by somebody, or is refused by 232076"
    )
    role_of_leavers: Literal["ends", "stays"] = _reading(
        "ends", "whether a manager who leaves the chat loses the role"
    )
    missing_scope: Literal["gateway", "operation"] = _reading(
        "gateway",
        "who finds a missing scope: the gateway, or a business call with a code of its own (232014 of"
        " chat_members_delete and the menu calls, 230027 of im_message_create)",
    )
    member_total: Literal["users", "users_and_bots"] = _reading("users", "whom member_total counts")
    member_list_cut: Literal["reported", "on_request"] = _reading(
        "reported",
        "whether a list cut by the security setting says so, or only where check_security_conf asks",
    )
    member_order: Literal["oldest_first", "newest_first"] = _reading(
        "oldest_first", "in which order of joining members are listed"
    )
    foreign_user_ids: Literal["absent", "given"] = _reading(
        "absent", "whether people of another tenant can be seen and named by user_id"
    )
    invisible_members: Literal["listed", "left_out"] = _reading(
        "listed", "whether a bot is shown the members outside its app's availability"
    )
    p2p_member_list: Literal["answered", "refused"] = _reading(
        "answered", "whether the members of a one-to-one chat are listed, or refused by 232090"
    )
    in_dissolved_chat: Literal["not_in_it", "232006", "232009"] = _reading(
        "not_in_it", "what is_in_chat answers for a dissolved chat"
    )
    manager_cap: Literal["managers", "managers_and_owner", "people_and_bots_apart"] = _reading(
        "managers", "whom the limit of managers counts"
    )
    unchanged_managers: Literal["no_op", "invalid"] = _reading(
        "no_op", "whether ids whose role would not change are passed over, or are no valid ones (232027)"
    )
    outsiders_as_managers: Literal["ignored", "refused"] = _reading(
        "ignored",
        "whether ids that cannot be appointed are ignored beside others, or fail the call by 232027",
    )
    creator_appoints: Literal["refused", "allowed"] = _reading(
        "refused", "whether the creator with im:chat:operate_as_owner may appoint managers"
    )
    manager_resigns: Literal["refused", "allowed"] = _reading(
        "refused", "whether a manager may give its own role back"
    )
    chat_of_managers: Literal["as_elsewhere", "as_listed"] = _reading(
        "as_elsewhere",
        "how the manager calls refuse an unknown chat and another tenant's: 232006 and 232010, or the codes that"
        " their pages list, 232001 and 232011",
    )
    undocumented_members: Literal["absent", "answered"] = _reading(
        "absent", "whether the reads members/list and members/bots, which have no page, exist"
    )

    # ---- announcements

    new_announcement: Literal["docx", "doc"] = _reading(
        "docx", "of which type the announcement of a new group is"
    )
    announcement_at_creation: Literal["usable", "late"] = _reading(
        "usable",
        "whether the announcement of a new group can be used at once, or answers 1771002 for some seconds",
    )
    announcement_edit_refusal: Literal["1772005", "1770032"] = _reading(
        "1772005",
        "which code answers edits of an announcement by plain members where only owner and admins may edit",
    )
    announcement_revisions: Literal["consecutive", "with_gaps"] = _reading(
        "consecutive", "by how much revision_id grows per edit: by one, or by more"
    )
    edit_of_older_revision: Literal["merged", "refused"] = _reading(
        "merged", "whether an edit based on an older revision is merged, or refused (1770021)"
    )
    repeated_edit: Literal["answered", "refused"] = _reading(
        "answered", "whether a repeated client_token is answered like the first call, or refused (1770001)"
    )
    revision_of_creation: Literal["revision_id", "document_revision_id"] = _reading(
        "revision_id", "what the answer calls the revision after blocks were created"
    )
    new_callout: Literal["with_text", "empty"] = _reading(
        "with_text", "whether a new callout already holds an empty text"
    )
    adjacent_text_runs: Literal["kept", "merged"] = _reading(
        "kept", "whether neighbouring text runs of one style are kept as they came, or merged"
    )
    bot_of_announcement: Literal["app_id", "absent"] = _reading(
        "app_id", "whether a bot that owns or edited an announcement is shown by its App ID, or not at all"
    )

    # ---- search, links, top notice, joining, the old announcement

    declared_rules: Literal["gateway", "operation"] = _reading(
        "gateway",
        "who refuses a value that breaks a declared enum, length or range of a group operation: the gateway by"
        " 99992402, or the operation by 232001 (1770001 for announcements of type docx)",
    )
    omitted_body: Literal["accepted", "refused"] = _reading(
        "accepted",
        "whether chat_link, whose only field is optional, can be called without a body (else 9499)",
    )
    end_of_permanent_link: Literal["zero", "absent"] = _reading(
        "zero", "what chat_link answers as expire_time of a link that never ends"
    )
    repeated_link: Literal["new", "same"] = _reading(
        "new", "whether chat_link makes a new link each time, or returns the operator's one while it lasts"
    )
    creator_shares_reserved_chat: Literal["refused", "allowed"] = _reading(
        "refused", "whether im:chat:operate_as_owner lifts 232064 of chat_link for the creating bot"
    )
    omitted_query: Literal["finds_nothing", "refused"] = _reading(
        "finds_nothing", "what chat_search answers without a query: an empty page, or 232001"
    )
    search_of_dissolved: Literal["found", "left_out"] = _reading(
        "found", "whether chat_search finds public groups that are dissolved"
    )
    several_top_notices: Literal["last", "refused"] = _reading(
        "last", "which of several entries chat_top_notice_put pins, or 232001"
    )
    top_notice_of_unknown_chat: Literal["232001", "232006"] = _reading(
        "232001", "the code of chat_top_notice_put and _delete for a chat that does not exist"
    )
    joining_again: Literal["succeeds", "refused"] = _reading(
        "succeeds", "what chat_members_me_join answers somebody who is in the chat: success, or 232027"
    )
    legacy_edit_of_older_revision: Literal["merged", "refused"] = _reading(
        "merged",
        "whether chat_announcement_patch takes a revision up to 100 behind, or the latest alone (232018)",
    )
    legacy_deletion: Literal["refused", "accepted"] = _reading(
        "refused",
        "whether chat_announcement_patch takes DeleteContentRangeRequestType, or refuses it (232018)",
    )

    # ---- platform.openapi.yaml

    message_uuid_again: Literal["answered", "refused"] = _reading(
        "answered", "whether a spent uuid of im_message_create answers the first message, or 230049"
    )
    unresolved_contact: Literal["listed", "left_out"] = _reading(
        "listed", "whether contact_user_batch_get_id lists an address that it cannot resolve, without user_id"
    )
    no_contact: Literal["40001", "99992402"] = _reading(
        "40001", "what contact_user_batch_get_id answers when neither emails nor mobiles are asked for"
    )
    nobody_in_range: Literal["refused", "left_out"] = _reading(
        "refused", "what contact_user_batch answers when nobody is in range: 41050, or an empty list"
    )
    unknown_id_of_a_name: Literal["left_out", "refused"] = _reading(
        "left_out", "what contact_user_basic_batch does with an id that does not exist: no entry, or 99992351"
    )
    bot_ability_off: Literal["11205", "11240"] = _reading(
        "11205", "which of the two codes of the older table bot_info answers when the bot ability is off"
    )

    # ---- events.md

    updated_event_fields: Literal["complete", "changed_only"] = _reading(
        "complete", "whether both sides of im.chat.updated_v1 are complete, or hold the changed fields alone"
    )
    uncarried_changes: Literal["silent", "announcement", "all"] = _reading(
        "silent",
        "which changes that no field of im.chat.updated_v1 can carry fire it all the same: none, those of the"
        " announcement, or all of them (managers, tabs, menus, chat_type …)",
    )
    bot_in_events: Literal["open_id", "empty", "absent"] = _reading(
        "open_id", "what operator_id of an event is when a bot acted: its open_id, empty, or not there"
    )
    bot_owner_in_events: Literal["absent", "empty"] = _reading(
        "absent", "what owner_id in im.chat.updated_v1 is when a bot owns the chat"
    )
    user_id_hidden_in_events: Literal["absent", "empty", "null"] = _reading(
        "absent", "what stands in an event in place of a user_id that the app may not see"
    )
    bot_added_heard_by: Literal["joining_bot", "every_bot"] = _reading(
        "joining_bot",
        "who is told that a bot joined: its app alone, or all bots of the chat unless a bot invited it",
    )
    name_in_bot_events: Literal["chat", "bot"] = _reading(
        "chat", "whose name the events of bots that come and go have"
    )
    withdrawn_people: Literal["once", "twice"] = _reading(
        "once", "whether a revoked invitation is told of as withdrawn alone, or as deleted too"
    )
    mode_of_events: Literal["webhook", "long_connection"] = _reading(
        "webhook", "as what events look: over the long connection their token is empty"
    )
    create_time_of_events: Literal["milliseconds", "microseconds"] = _reading(
        "milliseconds", "the unit of create_time in the envelope of version 2.0"
    )


def alternatives() -> dict[str, tuple[str, ...]]:
    """Return the values of every reading, the one taken by default first."""
    hints = get_type_hints(Readings)
    return {
        reading.name: tuple(sorted(get_args(hints[reading.name]), key=lambda value: value != reading.default))
        for reading in fields(Readings)
    }


def questions() -> dict[str, str]:
    """Return the question behind every reading."""
    return {reading.name: reading.metadata["question"] for reading in fields(Readings)}
