"""What tests of lifetime value share."""

from support_value import shop  # noqa: F401
