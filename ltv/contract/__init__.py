"""What a table is: `INPUTS` and `RESULTS` hold one declaration each, `checks` turns one into SQL."""

from ltv.contract.inputs import INPUTS
from ltv.contract.results import RESULTS
from ltv.contract.schema import ALLOWED_WORDS, SQL_TYPES, Column, Table

__all__ = ["ALLOWED_WORDS", "INPUTS", "RESULTS", "SQL_TYPES", "Column", "Table"]
