"""The stored graph of identifiers: a day's new links change only the people around them."""
