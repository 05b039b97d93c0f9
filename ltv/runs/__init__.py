"""The daily run: notebooks in order through papermill, a ledger, and pages that are switched in one step."""
