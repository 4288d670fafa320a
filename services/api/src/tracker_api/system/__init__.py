"""The installation as the person sees it who runs it: each part, its version and errors, and what waits where."""
