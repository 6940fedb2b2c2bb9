"""Evidence of collection: what came in on which day, counted, and chained by hash so that a later change shows."""
