"""Features for other services: normalised vectors as immutable versions, served over gRPC, pushed to a recommender."""
