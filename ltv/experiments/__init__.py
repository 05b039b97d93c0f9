"""Experiments: who gets which variant, the same for an id everywhere; and what the numbers of the arms allow to say."""
