"""One folder per kind of process that faces the outside; a new kind is a new folder."""
