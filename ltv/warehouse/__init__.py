"""The engine: open, read, write atomically; embedded by default, Spark where one machine ends."""
