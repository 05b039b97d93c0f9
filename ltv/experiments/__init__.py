"""What was tried and whether it worked: arms, their aggregates, and what may be said about them."""
