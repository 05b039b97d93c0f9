"""The page of all tables says what the declarations say."""

from ltv.contract import INPUTS, RESULTS
from ltv.contract.document import PLACE, document


def test_the_page_in_the_repository_is_what_the_declarations_say():
    assert PLACE.read_text(encoding="utf-8") == document(), "run: python -m ltv.contract.document"


def test_every_column_of_every_table_is_on_the_page_in_both_languages():
    page = document()
    for table in [*INPUTS.values(), *RESULTS.values()]:
        section = page.partition(f"### `{table.name}`\n")[2].partition("\n#")[0]
        for column in table.columns:
            line = next(row for row in section.splitlines() if row.startswith(f"| `{column.name}` |"))
            assert {column.meaning.zh, column.meaning.en, f"`{column.type}`"} <= {c.strip() for c in line.split("|")}


def test_the_page_tells_key_allowed_values_and_ends_of_a_range():
    page = document()
    assert "Key · 主键: `date`, `channel`, `campaign`." in page
    assert "`impression`, `send`, `open`, `click`" in page
    assert "≥ -1, ≤ 1" in page
    assert page.count("| `run_id` | `text` |") == len(RESULTS)
