"""Sample messages, on request, and gone again without a trace."""
