"""Identifiers → people, and the groups they belong to."""
