"""From the bus into Postgres, and what keeps the two in step: relay, scheduler, projection of Sources."""
