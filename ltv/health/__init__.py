"""Health: indicators day by day and segment by segment, and when one of them stays bad long enough to act."""
