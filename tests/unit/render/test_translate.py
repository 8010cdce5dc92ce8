from __future__ import annotations

import pytest

from reconciler.errors import Source, text
from reconciler.render.translate import CATALOGUES, say, say_count, speaking, translate

PIRATE = {
    "pirate": {"{n} groups in {file}": "arr, {file}: {n} groups", "nothing": "nay", "the {x}": "yer {x}"}
}


def test_english_is_the_identity():
    assert translate(text("{n} groups in {file}", n=3, file="a.yaml")) == "3 groups in a.yaml"


def test_template_is_looked_up_and_filled_anew():
    with speaking("pirate", PIRATE):
        assert translate(text("{n} groups in {file}", n=3, file="a.yaml")) == "arr, a.yaml: 3 groups"


def test_values_that_are_texts_are_translated_too():
    with speaking("pirate", PIRATE):
        assert (
            translate(text("{n} groups in {file}", n=1, file=text("the {x}", x="ship")))
            == "arr, yer ship: 1 groups"
        )


def test_text_that_lost_its_template_is_looked_up_as_it_stands():
    with speaking("pirate", PIRATE):
        assert translate("nothing") == "nay"


def test_what_the_catalogue_lacks_stays_english():
    with speaking("pirate", PIRATE):
        assert say("{x} calls", x=2) == "2 calls"


def test_language_ends_with_its_context():
    with speaking("pirate", PIRATE):
        pass

    assert translate(text("nothing")) == "nothing"


def test_unknown_language_is_an_error():
    with pytest.raises(KeyError), speaking("xx"):
        pass


def test_english_catalogue_exists():
    assert CATALOGUES["en"] == {}


def test_line_breaks_of_a_template_stay_and_those_of_values_do_not():
    assert translate(text("run:\n  {command}", command="a\nb")) == "run:\n  a\\nb"


def test_plain_string_is_neutralised_as_a_whole():
    assert translate("a\nb") == "a\\nb"


def test_other_values_are_neutralised_as_text():
    assert say("at {source}", source=Source("a\x1b.yaml", 1, 2)) == "at a\\u001b.yaml:1:2"


def test_number_formats_of_a_template_work():
    assert say("{percent:.0f} %", percent=12.6) == "13 %"


def test_braces_in_a_text_without_values_stay():
    assert say("write {mode: exact}") == "write {mode: exact}"


@pytest.mark.parametrize(("number", "told"), [(0, "0 calls"), (1, "1 call"), (2, "2 calls")])
def test_count_speaks_singular_only_of_one(number: int, told: str):
    assert say_count(number, "{n} call", "{n} calls") == told
