"""Raw things → tables of the contract: files, databases, the simulated mall."""
