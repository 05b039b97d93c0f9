"""Which touchpoints earned the value: journeys, methods named for what they are, and where the money should go."""
