"""What a reader may choose by, as a block stores it."""

import pandas as pd
import pytest

from ltv.errors import UsageError
from ltv.report.blocks import LEAST_ROWS, LISTED_ROWS, MOST_ROWS, show
from ltv.result import Column, Result, View
from ltv.text import Text, same


def listed(data, *, selector="city", words=None):
    class Listed(Result):
        name = "listed"

        @property
        def views(self):
            columns = (Column("city", Text("城市", "City"), words=words or {}), Column("n", same("n"), "count"))
            return {"all": View("table", same("all"), same(""), data, columns, selector=selector)}

    return show(Listed(pd.DataFrame()), "all").blocks[0]


def cities(rows_of, index=None):
    rows = [(city, n) for city, rows in rows_of.items() for n in range(rows)]
    return pd.DataFrame(rows, columns=["city", "n"], index=index)


def test_each_choice_lists_its_own_first_rows_and_tells_how_many_there_are():
    block = listed(cities({"b": 60, "a": 3}), words={"a": Text("甲", "A")})
    assert [block["places"].count(place) for place in (0, 1)] == [LISTED_ROWS, 3]
    assert block["choose"]["label"] == {"zh": "城市", "en": "City"}
    assert block["choose"]["options"] == [
        {"value": "b", "rows": 60, "zh": "b", "en": "b"},
        {"value": "a", "rows": 3, "zh": "甲", "en": "A"},
    ]


def test_many_choices_share_the_rows_and_each_keeps_a_few():
    many = listed(cities({f"c{n:03d}": 20 for n in range(60)}))
    assert many["places"].count(7) == MOST_ROWS // 60
    assert listed(cities({f"c{n:03d}": 20 for n in range(400)}))["places"].count(7) == LEAST_ROWS


def test_rows_of_no_choice_are_in_the_download_alone_and_an_odd_index_does_no_harm():
    data = pd.DataFrame({"city": ["a", None, "b", "a"], "n": [1, 2, 3, 4]}, index=[0, 0, 0, 0])
    block = listed(data)
    assert [row[1] for row in block["rows"]] == [1, 3, 4]
    assert block["places"] == [0, 1, 0]
    assert len(block["csv"]["lines"]) == 4


def test_a_table_without_a_selector_has_no_choices():
    block = listed(cities({"a": 60}), selector=None)
    assert (block["choose"], block["places"], len(block["rows"])) == (None, None, LISTED_ROWS)


def test_a_selector_that_is_no_column_is_refused_in_one_line():
    with pytest.raises(UsageError, match="selector of view 'all': found 'town', allowed: city, n"):
        listed(cities({"a": 1}), selector="town")
