"""Live events: one consumer per process, a ring to resume from, one bounded queue per socket."""
