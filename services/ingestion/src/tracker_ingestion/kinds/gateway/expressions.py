"""JMESPath, compiled once per configuration, and safe to run on whatever a stranger sends.

https://jmespath.org/specification.html
"""

from typing import Any, Protocol, cast

import jmespath
from jmespath.exceptions import JMESPathError
from tracker_core.errors import InvalidManifestError


class UnreadableError(Exception):
    """A verified body that is not as the manifest says: no refusal, but a dead letter. Its text is the reason."""


class Expression(Protocol):
    """A compiled expression."""

    def search(self, value: Any) -> Any:
        """Return what the expression yields; None for nothing."""


def compile_expression(text: str, field: str) -> Expression:
    """Compile an expression.

    Raises:
        InvalidManifestError: naming the field and the column.
    """
    try:
        return cast("Expression", jmespath.compile(text))
    except JMESPathError as error:
        raise InvalidManifestError(
            f"{field}: {text!r} is not valid JMESPath: {_reason(error)}",
            cure="Try the expression at https://jmespath.org",
        ) from None


def search(expression: Expression, value: Any, field: str) -> Any:
    """Run an expression.

    Raises:
        UnreadableError: the expression does not fit this value.
    """
    try:
        return expression.search(value)
    except Exception as error:  # noqa: BLE001 -- the library also lets TypeError, RecursionError … of odd values through
        raise UnreadableError(f"{field} fails on this body: {_reason(error)}") from None


def is_true(value: Any) -> bool:
    """Return the truth of a result by the rules of JMESPath, where 0 is true."""
    return not (value is None or value is False or (isinstance(value, str | list | dict) and not value))


def _reason(error: Exception) -> str:
    try:
        lines = str(error).splitlines()
    except ValueError:
        lines = []  # the library puts the value in, and Python prints no number of more than 4,300 digits
    return lines[0].rstrip(",: ")[:500] if lines else type(error).__name__
