"""Secrets: typed once, stored, and never shown again."""

from pydantic import TypeAdapter, ValidationError
from tracker_core.errors import InvalidInputError
from tracker_core.manifests import SecretKeyRef
from tracker_core.manifests.metadata import Namespace

from tracker_api.context import Context
from tracker_api.manifests.schemas import SecretList, SecretNames

_NAMESPACE: TypeAdapter[str] = TypeAdapter(Namespace)


async def names(context: Context) -> SecretList:
    """Return the names of all Secrets and of their keys."""
    found = await context.manifests.secrets()
    return SecretList(
        items=[SecretNames(namespace=item.namespace, name=item.name, keys=list(item.keys)) for item in found]
    )


async def store(context: Context, namespace: str, name: str, key: str, value: str) -> None:
    """Write one key of a Secret.

    Raises:
        InvalidInputError: a name is none.
    """
    try:
        place = _NAMESPACE.validate_python(namespace)
        ref = SecretKeyRef(name=name, key=key)
    except ValidationError:
        # Without the value, which the error would repeat.
        raise InvalidInputError(
            f"Secret '{namespace[:63]}/{name[:100]}', key '{key[:100]}': that is no name",
            cure="Use a-z, 0-9, '-' and '.'; in keys also A-Z and '_'",
        ) from None
    await context.manifests.set_secret(place, ref, value.encode())
