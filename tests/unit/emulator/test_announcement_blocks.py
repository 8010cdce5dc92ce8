"""Rules of announcements.openapi.yaml, type docx: creating, deleting and changing blocks."""

from __future__ import annotations

import pytest

from reconciler.emulator.blocks import KINDS
from tests.support.announcements import (
    CHAT,
    CHILDREN,
    CREATE,
    DELETE,
    GET,
    UPDATE,
    WRITES,
    attempt,
    blocks,
    content_of,
    create,
    delete,
    group,
    made,
    of_type,
    rewrite,
    run,
    text,
    texts,
    update,
)
from tests.support.contract import load_contract
from tests.support.pretend import OURS
from tests.support.rows import all_show, shows_error, shows_rule

PLAIN = dict.fromkeys(("bold", "italic", "strikethrough", "underline", "inline_code"), False)
CONTAINERS = (
    "{callout: [{text: A}]}, {quote_container: []}, {table: [[A, B], [C, D]]}, {grid: [[{text: A}], []]}"
)
TEXT_KINDS = [kind for kind in KINDS.values() if kind.text and kind.creatable]


def element(name, **value):
    return {name: value}


def mention(user="ou_jim", **more):
    return element("mention_user", user_id=user, **more)


def document(url="https://doc.example", **more):
    return element("mention_doc", token="doccn1", obj_type=22, url=url, **more)


def reminder(**more):
    return element("reminder", create_user_id="ou_jim", expire_time="1", notify_time="2", **more)


def of(*elements, number=2, kind="text", **style):
    return {"block_type": number, kind: {"elements": list(elements), **({"style": style} if style else {})}}


def set_elements(block_id, *elements):
    return {"block_id": block_id, "update_text_elements": {"elements": list(elements)}}


def set_style(block_id, fields, **style):
    return {"block_id": block_id, "update_text_style": {"style": style, "fields": fields}}


@pytest.fixture
def api(make):
    """Our bot, a plain member of a group whose announcement says Hello."""
    return make(groups=group())


@pytest.fixture
def hello(api):
    return of_type(api, 2)["block_id"]


def holding(make, *shorts, **switches):
    """Return our bot in a group whose announcement has the `shorts`."""
    return make(groups=group(f"blocks: [{', '.join(shorts)}]"), **switches)


class TestAddressing:
    @shows_rule(CREATE, "Use the chat_id as block_id to add to the root")
    @all_show(WRITES, errors=[1770003, 1770015, 1770002])
    @pytest.mark.parametrize("operation", WRITES)
    def test_deleted_foreign_and_unknown_blocks_are_told_apart(self, make, operation):
        api = make(groups=group('text: "Hello\\nWorld"') + group(chat="oc_y"))
        mine = of_type(api, 2)["block_id"]
        foreign = api.call(CHILDREN, "oc_y", block_id="oc_y").data["items"][0]["block_id"]
        delete(api, 0, 1)

        def code(block_id):
            api.emulator.move_clock(1)
            if operation == UPDATE:
                return attempt(api, operation, body={"requests": [rewrite(block_id)]}).code
            return attempt(api, operation, block_id=block_id).code

        assert [code(block_id) for block_id in (mine, foreign, "doxcn_nothing", "oc_y", CHAT)] == [
            *(1770003, 1770015, 1770002, 1770015, 0),
        ]

    def test_id_that_stands_only_in_a_text_elsewhere_is_unknown(self, make):
        api = make(groups=group() + group("text: doxcn_nothing", chat="oc_y"))

        assert create(api, text(), parent="doxcn_nothing").code == 1770002


class TestCreate:
    @pytest.mark.parametrize(("index", "order"), [(0, "ABH"), (1, "HAB"), (-1, "HAB")])
    def test_index_is_the_place_among_the_children(self, api, index, order):
        answer = create(api, text("A"), text("B"), index=index)

        assert [content_of(block) for block in answer.data["children"]] == ["A", "B"]
        assert "".join(found[0] for found in texts(api)) == order

    @shows_error(CREATE, 1770001)
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, 1770001),
            ({"children": [text()], "index": 2}, 1770001),
            ({"children": [text()], "index": -2}, 99992402),
            ({"children": []}, 99992402),
            ({"children": [text()] * 51}, 99992402),
            ({"children": [{}]}, 99992402),
            ({"children": [{"block_type": "2"}]}, 9499),
            ({"children": ["text"]}, 9499),
            ({"children": [{"block_type": 16, "equation": {"elements": []}}]}, 1770001),
            ({"children": [{"block_type": 2, "text": {}}]}, 99992402),
            ({"children": [of({"text_run": {}})]}, 99992402),
            ({"children": [of(run("A"), align=4)]}, 99992402),
        ],
    )
    def test_field_rules(self, api, body, code):
        assert attempt(api, CREATE, body=body).code == code
        assert texts(api) == ["Hello"]

    @shows_rule(CREATE, "1 to 50 blocks per call")
    def test_fifty_blocks_are_taken_and_children_need_a_second_call(self, api):
        answer = create(
            api, *[text(str(number)) for number in range(49)], {"block_type": 34, "quote_container": {}}
        )
        container = answer.data["children"][-1]

        assert len(answer.data["children"]) == 50
        assert "children" not in container
        assert create(api, text("inside"), parent=container["block_id"]).code == 0
        assert texts(api)[-1] == "inside"

    @shows_error(CREATE, 1770006)
    @pytest.mark.parametrize(
        "block",
        [
            {"block_type": 2},
            {"block_type": 2, "heading1": {"elements": []}},
            {"block_type": 2, "text": {"elements": []}, "heading1": {"elements": []}},
            {"block_type": 2, "text": {"elements": []}, "equation": {"elements": []}},
            {"block_type": 22, "image": {}},
            of({}),
            of({"poem": {}}),
            of({**run("A"), **mention()}),
            of(mention(), number=14, kind="code"),
            of(document(), number=14, kind="code"),
            of(reminder(), number=14, kind="code"),
        ],
    )
    def test_data_must_be_that_of_the_type_and_nothing_else(self, api, block):
        assert create(api, text(), block).code == 1770006
        assert texts(api) == ["Hello"]

    @shows_rule(CREATE, "Children may not be: page, grid_column")
    @shows_error(CREATE, 1770029)
    @pytest.mark.parametrize(
        "kind", [kind for kind in KINDS.values() if not kind.creatable], ids=lambda kind: kind.key
    )
    def test_types_that_cannot_be_created(self, api, kind):
        assert create(api, {"block_type": kind.number, kind.key: {}}).code == 1770029

    def test_support_table_of_the_description_says_which_these_are(self):
        described = load_contract("announcements")["info"]["x-block-support"]["types"]

        assert {row["type"]: row["key"] for row in described} == {
            kind.number: kind.key for kind in KINDS.values()
        }
        for row in described:
            assert KINDS[row["type"]].creatable == (row.get("create") == "yes"), row

    @shows_rule(CREATE, "Parents may be: page, text")
    @shows_error(CREATE, 1770028)
    @pytest.mark.parametrize(
        ("short", "code"),
        [
            *((f"{{{kind.key}: A}}", 0 if kind.parent else 1770028) for kind in TEXT_KINDS),
            ("{task: {}}", 0),
            ("{divider: {}}", 1770028),
            ("{image: {}}", 1770028),
            ("{quote_container: []}", 0),
            ("{callout: []}", 0),
            ("{grid: [[], []]}", 1770028),
            ("{table: [[A]]}", 1770028),
        ],
    )
    def test_parents(self, make, short, code):
        api = holding(make, short)
        parent = blocks(api)[1]["block_id"]

        assert create(api, text(), parent=parent).code == code

    @shows_error(DELETE, 1770028)
    @pytest.mark.parametrize("short", ["{divider: {}}", "{image: {}}"])
    def test_blocks_that_are_no_parents_have_no_children_to_delete(self, make, short):
        api = holding(make, short)
        parent = blocks(api)[1]["block_id"]

        assert delete(api, 0, 1, parent=parent).code == 1770028

    def test_support_table_says_the_same_of_children(self):
        for row in load_contract("announcements")["info"]["x-block-support"]["types"]:
            assert KINDS[row["type"]].parent == row["accepts_children"], row

    @shows_rule(CREATE, "A callout takes only text", "A table_cell takes no table")
    @shows_error(CREATE, 1770030)
    @pytest.mark.parametrize(
        ("container", "block", "code"),
        [
            (19, text(), 0),
            (19, text("A", "heading9", 11), 0),
            (19, text("A", "ordered", 13), 0),
            (19, text("A", "bullet", 12), 0),
            (19, text("A", "todo", 17), 0),
            (19, text("A", "quote", 15), 0),
            (19, {"block_type": 34, "quote_container": {}}, 0),
            (19, text("A", "code", 14), 1770030),
            (19, {"block_type": 22, "divider": {}}, 1770030),
            (19, {"block_type": 27, "image": {}}, 1770030),
            (19, {"block_type": 19, "callout": {}}, 1770030),
            (32, {"block_type": 22, "divider": {}}, 0),
            (32, {"block_type": 31, "table": {}}, 1770030),
            (32, {"block_type": 30, "sheet": {}}, 1770030),
            (32, {"block_type": 18, "bitable": {}}, 1770030),
            (32, {"block_type": 36, "okr": {}}, 1770030),
            (25, {"block_type": 30, "sheet": {}}, 0),
            (25, {"block_type": 24, "grid": {}}, 1770030),
            (25, {"block_type": 18, "bitable": {}}, 1770030),
            (25, {"block_type": 36, "okr": {}}, 1770030),
        ],
    )
    def test_containers_choose_their_children(self, make, container, block, code):
        api = holding(make, CONTAINERS)

        assert create(api, block, parent=of_type(api, container)["block_id"]).code == code

    @shows_rule(CREATE, "divider and quote_container carry an empty object")
    @pytest.mark.parametrize(
        ("block", "data"),
        [
            ({"block_type": 22, "divider": {}}, {"divider": {}}),
            ({"block_type": 34, "quote_container": {}}, {"quote_container": {}}),
            ({"block_type": 27, "image": {}}, {"image": {"align": 2, "token": ""}}),
            ({"block_type": 27, "image": {"align": 1}}, {"image": {"align": 1, "token": ""}}),
            ({"block_type": 26, "iframe": {"component": 1}}, {"iframe": {"component": 1}}),
            ({"block_type": 20, "chat_card": {"chat_id": CHAT}}, {"chat_card": {"chat_id": CHAT}}),
            (
                {"block_type": 19, "callout": {"text_color": 1, "emoji_id": "x"}},
                {"callout": {"text_color": 1}},
            ),
        ],
    )
    def test_data_of_new_blocks(self, api, block, data):
        (child,) = create(api, block).data["children"]

        assert child.items() >= {"parent_id": CHAT, "block_type": block["block_type"], **data}.items()
        assert child == attempt(api, GET, block_id=child["block_id"]).data["block"]

    @shows_error(CREATE, 1770038)
    def test_embedded_chat_must_exist(self, api):
        assert create(api, {"block_type": 20, "chat_card": {"chat_id": "oc_nothing"}}).code == 1770038

    @pytest.mark.parametrize(("reading", "inside"), [("", [""]), ("new_callout: empty", [])])
    def test_new_callout_holds_an_empty_text_or_nothing(self, make, reading, inside):
        api = make(readings=reading, groups=group("text: ''"))

        callout = made(create(api, {"block_type": 19, "callout": {}}))

        assert [
            content_of(block) for block in api.call(CHILDREN, CHAT, block_id=callout).data["items"]
        ] == inside

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ({"property": {"row_size": 2, "column_size": 2}}, 0),
            ({"property": {"row_size": 20, "column_size": 100}}, 0),
            ({"property": {"row_size": 1, "column_size": 101}}, 1770010),
            ({"property": {"row_size": 21, "column_size": 100}}, 1770011),
            ({"property": {"row_size": 0, "column_size": 1}}, 99992402),
            ({"property": {"row_size": 1}}, 1770001),
            ({}, 1770001),
        ],
    )
    @shows_error(CREATE, 1770010, 1770011)
    def test_size_of_new_tables(self, api, data, code):
        answer = create(api, {"block_type": 31, "table": data})

        assert answer.code == code
        if code == 0:
            size = data["property"]["row_size"] * data["property"]["column_size"]
            assert len(answer.data["children"][0]["table"]["cells"]) == size

    @shows_error(CREATE, 1770012)
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ({"column_size": 2}, 0),
            ({"column_size": 11}, 1770012),
            ({"column_size": 1}, 1770024),
            ({}, 1770001),
        ],
    )
    def test_size_of_new_grids(self, api, data, code):
        answer = create(api, {"block_type": 24, "grid": data})

        assert answer.code == code
        if code == 0:
            columns = answer.data["children"][0]["children"]
            inside = [api.call(CHILDREN, CHAT, block_id=column).data["items"] for column in columns]
            assert [[content_of(block) for block in found] for found in inside] == [[""], [""]]

    @shows_rule(CREATE, "Comments cannot be attached at creation")
    @pytest.mark.parametrize(
        "block", [{**text(), "comment_ids": ["1"]}, of(run("A", comment_ids=["1"]))], ids=["block", "text"]
    )
    def test_comments_at_creation_are_refused(self, api, block):
        assert create(api, block).code == 1770001

    @shows_error(CREATE, 1770035)
    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            ([{"block_type": 30, "sheet": {}}] * 5, 0),
            ([{"block_type": 30, "sheet": {}}] * 6, 1770035),
            ([{"block_type": 18, "bitable": {}}] * 6, 1770035),
            ([{"block_type": 27, "image": {}}] * 20, 0),
            ([{"block_type": 27, "image": {}}] * 21, 1770035),
            ([{"block_type": 28, "isv": {}}] * 21, 1770035),
            ([of(*[mention()] * 100)] * 2, 0),
            ([of(*[mention()] * 201)], 1770035),
            ([of(*[document()] * 101)] * 2, 1770035),
        ],
    )
    def test_resources_per_request(self, api, sent, code):
        assert create(api, *sent).code == code


class TestLimits:
    """The pages give no figures; a scenario sets what it wants to try."""

    @shows_error(CREATE, 1770004, 1770005, 1770007)
    @pytest.mark.parametrize(
        ("limits", "code"),
        [
            ("blocks: 4, depth: 3, children: 2", 0),
            ("blocks: 3", 1770004),
            ("depth: 2", 1770005),
            ("children: 1", 1770007),
        ],
    )
    def test_size_of_the_document(self, make, limits, code):
        api = make(groups=group(f"text: Hello, limits: {{{limits}}}"))
        hello = of_type(api, 2)["block_id"]

        codes = [create(api, text(), parent=parent).code for parent in (hello, CHAT)]

        assert code in codes
        assert set(codes) <= {0, code}

    @shows_error(UPDATE, 1770004, 1770007)
    @pytest.mark.parametrize(("limits", "code"), [("blocks: 6", 1770004), ("children: 2", 1770007)])
    def test_columns_of_grids_count_as_well(self, make, limits, code):
        api = make(groups=group(f"blocks: [{{grid: [[], []]}}], limits: {{{limits}}}"))
        insert = {"block_id": of_type(api, 24)["block_id"], "insert_grid_column": {"column_index": -1}}

        codes = [update(api, insert).code for _ in range(2)]

        assert codes[-1] == code


class TestText:
    """What may stand in a text and how it comes back, at creation and in updates alike."""

    def test_text_comes_back_in_full_style(self, api):
        (child,) = create(
            api, of(run("A", bold=True, text_color=1), indentation_level="OneLevelIndent")
        ).data["children"]

        assert child["text"] == {
            "elements": [
                {"text_run": {"content": "A", "text_element_style": {**PLAIN, "bold": True, "text_color": 1}}}
            ],
            "style": {"align": 1, "folded": False, "indentation_level": "OneLevelIndent"},
        }

    @pytest.mark.parametrize(
        ("kind", "number", "kept"),
        [
            ("text", 2, {"folded", "background_color", "indentation_level"}),
            ("heading1", 3, {"folded", "background_color"}),
            ("todo", 17, {"done", "folded", "background_color"}),
            ("code", 14, {"language", "wrap", "background_color"}),
            ("quote", 15, {"background_color"}),
        ],
    )
    def test_properties_that_a_kind_does_not_have_are_ignored_at_creation(self, api, kind, number, kept):
        everything = {
            "done": True,
            "folded": True,
            "language": 7,
            "wrap": True,
            "background_color": "PaleGrayBackground",
            "indentation_level": "NoIndent",
            "sequence": "3",
        }

        (child,) = create(api, of(number=number, kind=kind, **everything)).data["children"]

        assert child[kind]["style"] == {"align": 1, **{name: everything[name] for name in kept}}

    @pytest.mark.parametrize("url", ["https://x.example/a?b=c", "https%3A%2F%2Fx.example%2Fa%3Fb%3Dc"])
    def test_links_come_back_encoded_whether_sent_so_or_not(self, api, url):
        (child,) = create(api, of(run("A", link={"url": url}), document(url))).data["children"]

        plain, mentioned = child["text"]["elements"]
        assert plain["text_run"]["text_element_style"]["link"]["url"] == "https%3A%2F%2Fx.example%2Fa%3Fb%3Dc"
        assert mentioned["mention_doc"]["url"] == "https%3A%2F%2Fx.example%2Fa%3Fb%3Dc"

    @shows_rule(UPDATE, "Only text_run elements may carry a link")
    @all_show([CREATE, UPDATE], errors=[1770024])
    @pytest.mark.parametrize(
        "sent",
        [
            mention(text_element_style={"link": {"url": "https://x.example"}}),
            element("equation", content="x", text_element_style={"link": {"url": "https://x.example"}}),
            element("undefined"),
            element("file", file_token="boxcn1"),
            element("file"),
            element("inline_block", block_id="doxcn1"),
        ],
    )
    def test_elements_that_cannot_be_sent(self, api, hello, sent):
        assert create(api, of(sent)).code == 1770024
        assert update(api, set_elements(hello, sent)).code == 1770024
        assert texts(api) == ["Hello"]

    @shows_rule(UPDATE, "Mentioned users must be active and a contact")
    @all_show([CREATE, UPDATE], errors=[1770032])
    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            (mention("ou_gone"), 1770032),
            (mention("ou_hidden"), 1770032),
            (mention("ou_stranger"), 1770032),
            (mention("ou_nobody"), 1770032),
            (element("reminder", create_user_id="ou_gone", expire_time="1", notify_time="1"), 1770032),
            (document("https://secret.example"), 1770032),
            (document("https%3A%2F%2Fsecret.example"), 1770032),
            (document("https://ours.example"), 0),
            (mention(), 0),
            (reminder(), 0),
            (element("equation", content="x^2"), 0),
        ],
    )
    def test_people_and_documents_must_be_within_reach(self, make, sent, code):
        docs = f'docs: {{"https://secret.example": [Kate], "https://ours.example": [{OURS}]}}'
        api = make(tenant=docs, groups=group())

        assert create(api, of(sent)).code == code
        assert update(api, set_elements(of_type(api, 2)["block_id"], sent)).code == code

    @pytest.mark.parametrize(
        "sent",
        [
            element("mention_user"),
            element("mention_doc", token="x", obj_type=2, url="x"),
            element("mention_doc", obj_type=1, url="x"),
            element("reminder", create_user_id="ou_jim", expire_time="soon", notify_time="1"),
            element("equation", content=""),
            element("equation", content="x" * 10_001),
            run("A", background_color=16),
            run("A", text_color=8),
            run("A", link={}),
        ],
    )
    def test_malformed_elements(self, api, sent):
        assert create(api, of(sent)).code == 99992402

    @shows_rule(UPDATE, "limited to 100000 UTF-16 code units")
    @all_show([CREATE, UPDATE], errors=[1770033])
    @pytest.mark.parametrize(
        ("elements", "code"),
        [
            ([run("x" * 100_000)], 0),
            ([run("字" * 99_999), element("equation", content="x")], 0),
            ([run("x" * 50_000), run("x" * 50_001)], 1770033),
            ([run("😀" * 50_001)], 1770033),
        ],
    )
    def test_text_of_a_block(self, api, hello, elements, code):
        assert create(api, of(*elements)).code == code
        assert update(api, set_elements(hello, *elements)).code == code

    @all_show([CREATE, UPDATE], errors=[1770033])
    def test_text_of_the_document(self, api):
        longest = "x" * 100_000
        api.emulator.acts.write_announcement(CHAT, "Kate", blocks=[{"text": longest}] * 104)
        last = made(create(api, text("x" * 85_760)))  # 10485760 characters in all

        assert create(api, text("x")).code == 1770033
        assert update(api, rewrite(last, "x" * 85_761)).code == 1770033
        assert update(api, rewrite(last, "x" * 85_760)).code == 0

    @pytest.mark.parametrize(
        ("reading", "contents"), [("", ["A", "B", "C"]), ("adjacent_text_runs: merged", ["AB", "C"])]
    )
    def test_neighbouring_runs_of_one_style(self, make, reading, contents):
        api = make(readings=reading, groups=group())

        (child,) = create(api, of(run("A"), run("B"), run("C", bold=True))).data["children"]

        assert [each["text_run"]["content"] for each in child["text"]["elements"]] == contents


class TestDelete:
    @shows_rule(DELETE, "The range is half open")
    def test_range_goes_with_all_below_it(self, make):
        api = holding(
            make, "{text: A}", "{bullet: {elements: [], children: [{text: B}]}}", "{text: C}", "{text: D}"
        )

        answer = delete(api, 1, 3)

        assert texts(api) == ["A", "D"]
        assert answer.data.keys() == {"revision_id", "client_token"}

    def test_all_children_of_the_root_may_go(self, api):
        delete(api, 0, 1)

        (root,) = blocks(api)
        assert "children" not in root

    @shows_error(DELETE, 1770001)
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"start_index": 0, "end_index": 2}, 1770001),
            ({"start_index": 1, "end_index": 1}, 1770001),
            ({"start_index": 2, "end_index": 1}, 1770001),
            ({"start_index": -1, "end_index": 1}, 99992402),
            ({"start_index": 0, "end_index": 0}, 99992402),
            ({"start_index": 0}, 99992402),
            ({"end_index": 1}, 99992402),
            ({"start_index": "0", "end_index": 1}, 9499),
        ],
    )
    def test_field_rules(self, api, body, code):
        assert attempt(api, DELETE, body=body).code == code
        assert texts(api) == ["Hello"]

    @shows_rule(DELETE, "Not all children of a table cell")
    @shows_error(DELETE, 1770024)
    @pytest.mark.parametrize("container", [19, 32, 25])
    def test_containers_keep_a_child(self, make, container):
        api = holding(make, CONTAINERS)
        parent = of_type(api, container)["block_id"]
        create(api, text(), parent=parent)

        assert delete(api, 0, 2, parent=parent).code == 1770024
        assert delete(api, 0, 1, parent=parent).code == 0

    def test_quote_containers_may_be_emptied(self, make):
        api = holding(make, "{quote_container: [{text: A}]}")

        assert delete(api, 0, 1, parent=of_type(api, 34)["block_id"]).code == 0

    @shows_rule(DELETE, "are deleted with batch_update instead")
    @shows_error(DELETE, 1770031)
    @pytest.mark.parametrize("container", [31, 24])
    def test_cells_and_columns_are_not_children_to_delete(self, make, container):
        api = holding(make, CONTAINERS)

        assert delete(api, 0, 1, parent=of_type(api, container)["block_id"]).code == 1770031


class TestUpdate:
    @shows_error(UPDATE, 1770001)
    @shows_rule(
        UPDATE, "each request names one block and exactly one operation", "At most 200 requests per call"
    )
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, 1770001),
            ({"requests": []}, 99992402),
            ({"requests": [rewrite()] * 201}, 99992402),
            ({"requests": [{}]}, 1770001),
            ({"requests": [{"block_id": CHAT}]}, 1770001),
            ({"requests": [{**rewrite(), "update_task": {}}]}, 1770001),
            ({"requests": [{"update_text_elements": {"elements": [run("A")]}}]}, 1770001),
            ({"requests": [{"block_id": "", "update_task": {}}]}, 99992402),
            ({"requests": [set_elements(CHAT)]}, 99992402),
            ({"requests": ["x"]}, 9499),
        ],
    )
    def test_field_rules(self, api, body, code):
        assert attempt(api, UPDATE, body=body).code == code

    def test_two_hundred_blocks_are_changed_at_once(self, make):
        api = make(groups=group())
        api.emulator.acts.write_announcement(CHAT, "Kate", "\n".join(map(str, range(200))))
        children = blocks(api)[0]["children"]

        assert len(update(api, *map(rewrite, children)).data["blocks"]) == 200
        assert texts(api) == ["New"] * 200

    @shows_rule(UPDATE, "a block_id may not occur twice")
    @shows_error(UPDATE, 1770019)
    def test_block_occurs_once(self, api, hello):
        assert update(api, rewrite(hello), rewrite(CHAT), rewrite(hello)).code == 1770019

    def test_one_failing_request_rejects_all(self, make):
        api = holding(make, "{text: A}", "{divider: {}}")
        first, second = blocks(api)[0]["children"]

        assert update(api, rewrite(first), rewrite(second)).code == 1770025
        assert texts(api) == ["A"]

    @shows_rule(UPDATE, "Text updates replace the whole element list")
    def test_elements_are_replaced_and_the_style_stays(self, api):
        block_id = made(create(api, of(run("A"), run("B"), align=3)))

        (changed,) = update(api, rewrite(block_id, "C")).data["blocks"]

        assert content_of(changed) == "C"
        assert changed["text"]["style"] == {"align": 3, "folded": False}

    @shows_rule(UPDATE, "fields names which style properties")
    def test_only_named_properties_of_style_change(self, api, hello):
        update(api, set_style(hello, [1, 3], align=3, folded=True, background_color="PaleGrayBackground"))
        (changed,) = update(api, set_style(hello, [3, 6], background_color="DarkRedBackground")).data[
            "blocks"
        ]

        assert changed["text"]["style"] == {
            "align": 3,
            "folded": False,
            "background_color": "DarkRedBackground",
        }
        assert content_of(changed) == "Hello"

    def test_property_named_without_a_value_goes_back_to_its_default(self, api, hello):
        update(api, set_style(hello, [1, 6], align=3, background_color="DarkRedBackground"))

        (changed,) = update(api, set_style(hello, [1, 6])).data["blocks"]

        assert changed["text"]["style"] == {"align": 1}

    def test_text_and_style_in_one_step(self, api, hello):
        both = {"elements": [run("A")], "style": {"align": 2}, "fields": [1]}

        (changed,) = update(api, {"block_id": hello, "update_text": both}).data["blocks"]

        assert (content_of(changed), changed["text"]["style"]) == ("A", {"align": 2})

    @shows_rule(UPDATE, "at least one")
    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"style": {}, "fields": []}, "fields"),
            ({"style": {}, "fields": [0]}, "fields[0]"),
            ({"style": {}, "fields": [8]}, "fields[0]"),
            ({"style": {}, "fields": [1, 1]}, "fields"),
            ({"fields": [1]}, "style"),
            ({"style": {"align": 4}, "fields": [1]}, "style.align"),
        ],
    )
    def test_fields_of_style(self, api, hello, sent, field):
        answer = update(api, {"block_id": hello, "update_text_style": sent})

        assert answer.violations == [f"requests[0].update_text_style.{field}"]

    @shows_error(UPDATE, 1770025)
    @pytest.mark.parametrize(
        ("short", "fields", "code"),
        [
            ("{text: A}", [1, 3, 6, 7], 0),
            ("{text: A}", [2], 1770025),
            ("{heading1: A}", [1, 3, 6], 0),
            ("{heading1: A}", [7], 1770025),
            ("{todo: A}", [1, 2, 3, 6], 0),
            ("{quote: A}", [1, 6], 0),
            ("{quote: A}", [3], 1770025),
            ("{code: A}", [4, 5], 0),
            ("{code: A}", [1], 1770025),
            ("{text: A}", [4], 1770025),
            ("{task: {}}", [2, 3], 0),
            ("{divider: {}}", [1], 1770025),
        ],
    )
    def test_style_must_fit_the_block(self, make, short, fields, code):
        api = holding(make, short)

        assert update(api, set_style(blocks(api)[1]["block_id"], fields, language=7)).code == code

    def test_style_of_the_root_stays(self, api):
        assert update(api, set_style(CHAT, [1], align=2)).code == 1770025
        assert (
            update(
                api, {"block_id": CHAT, "update_text": {"elements": [run("A")], "style": {}, "fields": [1]}}
            ).code
            == 1770025
        )

    @shows_rule(UPDATE, "Callout blocks have no update operation", "No operation changes a block_type")
    @shows_error(UPDATE, 1770025)
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("update_text_elements", {"elements": [run("A")]}),
            ("update_text_style", {"style": {}, "fields": [1]}),
            ("update_text", {"elements": [run("A")], "style": {}, "fields": [1]}),
            ("replace_image", {"token": "x"}),
            ("replace_file", {"token": "x"}),
            ("update_task", {}),
            ("update_table_property", {}),
            ("insert_table_row", {"row_index": 0}),
            ("insert_table_column", {"column_index": 0}),
            ("delete_table_rows", {"row_start_index": 0, "row_end_index": 1}),
            ("delete_table_columns", {"column_start_index": 0, "column_end_index": 1}),
            (
                "merge_table_cells",
                {"row_start_index": 0, "row_end_index": 1, "column_start_index": 0, "column_end_index": 1},
            ),
            ("unmerge_table_cells", {"row_index": 0, "column_index": 0}),
            ("insert_grid_column", {"column_index": 1}),
            ("delete_grid_column", {"column_index": 0}),
            ("update_grid_column_width_ratio", {"width_ratios": [50, 50]}),
        ],
    )
    def test_callouts_have_no_operation(self, make, name, value):
        api = holding(make, CONTAINERS)
        callout = of_type(api, 19)

        assert update(api, {"block_id": callout["block_id"], name: value}).code == 1770025
        assert of_type(api, 19) == callout

    @shows_rule(UPDATE, "at most 30 reminders, 50 document mentions, 100 user mentions")
    @pytest.mark.parametrize(
        ("sent", "most"),
        [(reminder(), 30), (document(), 50), (mention(), 100)],
        ids=["reminder", "doc", "user"],
    )
    def test_mentions_per_text_update(self, api, hello, sent, most):
        assert update(api, set_elements(hello, *[sent] * most)).code == 0
        assert update(api, set_elements(hello, *[sent] * (most + 1))).code == 1770001

    @shows_error(UPDATE, 1770035)
    @pytest.mark.parametrize(("times", "code"), [(2, 0), (3, 1770035)])
    def test_mentions_per_request(self, make, times, code):
        api = holding(make, "{text: A}", "{text: B}", "{text: C}")
        children = blocks(api)[0]["children"][:times]

        assert update(api, *(set_elements(child, *[mention()] * 100) for child in children)).code == code

    @pytest.mark.parametrize(("sent", "code"), [(["1"], 0), (["2"], 1770001), (["1", "2"], 1770001)])
    def test_comments_move_inside_their_block_only(self, make, sent, code):
        commented = "{text_run: {content: A, text_element_style: {comment_ids: ['1']}}}"
        api = holding(make, f"{{text: {{elements: [{commented}]}}}}")

        requested = set_elements(of_type(api, 2)["block_id"], run("B"), run("C", comment_ids=sent))

        assert update(api, requested).code == code

    @pytest.mark.parametrize(
        ("element_yaml", "sent", "code"),
        [
            ("{file: {file_token: f1}}", element("file", file_token="f1"), 0),
            ("{file: {file_token: f1}}", element("file", file_token="f2"), 1770024),
            ("{inline_block: {block_id: b1}}", element("inline_block", block_id="b1"), 0),
            ("{inline_block: {block_id: b1}}", element("file", file_token="b1"), 1770024),
        ],
    )
    def test_inline_files_and_blocks_move_but_are_not_made(self, make, element_yaml, sent, code):
        api = holding(make, f"{{text: {{elements: [{element_yaml}]}}}}")

        assert update(api, set_elements(of_type(api, 2)["block_id"], run("before"), sent)).code == code

    @shows_error(UPDATE, 1770006)
    @pytest.mark.parametrize("sent", [{}, {**run("A"), **mention()}, mention()])
    def test_elements_must_be_ones_that_the_block_takes(self, make, sent):
        api = holding(make, "{code: A}")

        assert update(api, set_elements(of_type(api, 14)["block_id"], sent)).code == 1770006
        assert update(api, set_elements(CHAT, sent)).code == 1770006


class TestMedia:
    @shows_rule(CREATE, "An image is made in three steps")
    @pytest.mark.parametrize(
        ("uploaded", "sent", "size"),
        [
            ({"width": 640, "height": 480}, {}, (640, 480)),
            ({}, {}, (100, 100)),
            ({"width": 640, "height": 480}, {"width": 64}, (64, 480)),
        ],
    )
    def test_image_is_made_in_three_steps(self, api, uploaded, sent, size):
        block_id = made(create(api, {"block_type": 27, "image": {}}))
        token = api.emulator.acts.upload_media(CHAT, block_id, **uploaded)

        (changed,) = update(api, {"block_id": block_id, "replace_image": {"token": token, **sent}}).data[
            "blocks"
        ]

        assert changed["image"] == {"align": 2, "token": token, "width": size[0], "height": size[1]}

    def test_next_picture_keeps_the_size(self, api):
        block_id = made(create(api, {"block_type": 27, "image": {}}))
        first, second = (api.emulator.acts.upload_media(CHAT, block_id, width, width) for width in (640, 320))
        update(api, {"block_id": block_id, "replace_image": {"token": first}})

        (changed,) = update(api, {"block_id": block_id, "replace_image": {"token": second, "align": 3}}).data[
            "blocks"
        ]

        assert changed["image"] == {"align": 3, "token": second, "width": 640, "height": 640}

    def test_file_is_replaced(self, make):
        api = holding(make, "{file: {token: old}}")
        block_id = of_type(api, 23)["block_id"]
        token = api.emulator.acts.upload_media(CHAT, block_id)

        (changed,) = update(api, {"block_id": block_id, "replace_file": {"token": token}}).data["blocks"]

        assert changed["file"] == {"token": token}

    @shows_error(UPDATE, 1770038, 1770013, 1770008)
    @pytest.mark.parametrize(("name", "number"), [("replace_image", 27), ("replace_file", 23)])
    def test_token_must_be_an_upload_for_this_block_of_bearable_size(self, make, name, number):
        api = holding(make, "{text: A}", "{image: {}}", "{file: {}}")
        block_id = of_type(api, number)["block_id"]
        other = api.emulator.acts.upload_media(CHAT, of_type(api, 2)["block_id"])
        big = api.emulator.acts.upload_media(CHAT, block_id, too_big=True)

        codes = [
            update(api, {"block_id": block_id, name: {"token": token}}).code for token in ("x", other, big)
        ]

        assert codes == [1770038, 1770013, 1770008]

    @shows_error(UPDATE, 1770035)
    def test_twenty_pictures_per_request(self, make):
        api = holding(make, *["{image: {}}"] * 21)
        children = blocks(api)[0]["children"]

        requests = [{"block_id": child, "replace_image": {"token": "x"}} for child in children]

        assert update(api, *requests).code == 1770035

    def test_task_id_is_set_once(self, make):
        api = holding(make, "{task: {}}")
        block_id = of_type(api, 35)["block_id"]

        found = [
            update(api, {"block_id": block_id, "update_task": sent}).data["blocks"][0]["task"]
            for sent in ({"task_id": "1"}, {"task_id": "2", "folded": True}, {"folded": False})
        ]

        assert found == [
            {"task_id": "1"},
            {"task_id": "1", "folded": True},
            {"task_id": "1", "folded": False},
        ]
