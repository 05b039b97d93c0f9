"""Profiles of whatever tool as one table: a stack, its value, and when it was seen."""
