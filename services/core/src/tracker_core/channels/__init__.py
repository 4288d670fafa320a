"""What every process that serves Sources does alike: read its manifest and secrets, publish, say how it is, answer."""
