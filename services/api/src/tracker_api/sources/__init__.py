"""Sources: the channels, with their health."""
