"""Dead letters: what could not be dealt with, to be retried or discarded."""
