"""Draws where the CPU time of a message goes: one bar for the floor, one for us, a colour for each kind of process."""

from collections.abc import Mapping

_WIDTH, _BAR, _GAP, _LEFT, _RIGHT, _TOP = 760, 34, 16, 60, 110, 16
_COLOURS = {
    "gateway": "#2563eb",
    "app": "#2563eb",
    "recorder": "#16a34a",
    "worker": "#16a34a",
    "api": "#9333ea",
    "nats": "#d97706",
    "postgres": "#64748b",
}
_TOO_NARROW = 46


def draw(parts: Mapping[str, Mapping[str, float]]) -> str:
    """Return the SVG. `parts` is CPU time by side and process, milliseconds per message."""
    longest = max(sum(part.values()) for part in parts.values())
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    height = _TOP + len(parts) * (_BAR + _GAP)
    shapes = []
    for position, (side, part) in enumerate(parts.items()):
        x, y = float(_LEFT), _TOP + position * (_BAR + _GAP)
        middle = y + _BAR / 2 + 4
        shapes.append(f'<text x="{_LEFT - 8}" y="{middle}" text-anchor="end">{side}</text>')
        for name, value in sorted(part.items(), key=lambda item: -item[1]):
            width = value * scale
            title = f"<title>{name}: {value:.3f} ms</title>"
            shapes.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{_COLOURS.get(name, "#94a3b8")}">'
                f"{title}</rect>"
            )
            if width > _TOO_NARROW:
                shapes.append(
                    f'<text x="{x + width / 2:.1f}" y="{middle}" text-anchor="middle" fill="#fff">{name}</text>'
                )
            x += width
        shapes.append(f'<text x="{x + 8:.1f}" y="{middle}">{sum(part.values()):.2f} ms</text>')
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="12" fill="#64748b">\n'
        f"<title>CPU time per message by process</title>\n{body}\n</svg>\n"
    )
