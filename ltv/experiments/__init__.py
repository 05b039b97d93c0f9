"""Who gets which variant: the same answer for an id today, tomorrow and in any language."""
