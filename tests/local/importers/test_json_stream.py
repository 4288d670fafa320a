"""The walk through JSON of any size."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker_core.errors import MalformedError
from tracker_local.importers.json_stream import JsonReader, OversizeError, TornError, parse

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


class Dripping(io.BytesIO):
    """Gives a byte at a time, so that every boundary falls between two reads."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1 if size else 0)


@given(values=st.lists(JSON, max_size=5), indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_elements_are_what_a_parser_sees(values: list[object], indent: int | None, ascii_only: bool) -> None:
    document = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    for file in (io.BytesIO(document), Dripping(document)):
        reader = JsonReader(file)
        raw = [reader.value() for _ in reader.elements()]
        assert [json.loads(value.decode("utf-8", "surrogatepass")) for value in raw] == values
        assert reader.position == len(document)


@given(members=st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, max_size=5))
def test_fields_can_be_skipped(members: dict[str, object]) -> None:
    reader = JsonReader(Dripping(json.dumps(members).encode()))
    names = []
    for name in reader.fields():
        names.append(name)
        reader.skip()
    assert names == list(members)


@given(st.binary(max_size=80))
def test_any_bytes_end(data: bytes) -> None:
    reader = JsonReader(io.BytesIO(b"[" + data))
    try:
        for _ in reader.elements():
            reader.value()
    except MalformedError:
        return


def test_a_long_value_is_passed_over_in_bounded_memory() -> None:
    document = b'["' + b'\\"]' * 400_000 + b'", {"a": [' + b"1," * 300_000 + b"1]}, 7]"
    reader = JsonReader(io.BytesIO(document), max_value=1000)
    seen: list[object] = []
    for _ in reader.elements():
        try:
            seen.append(parse(reader.value()))
        except OversizeError:
            seen.append("too large")
        assert len(reader._buffer) < 2_000_000
    assert seen == ["too large", "too large", 7]


def test_a_torn_document_gives_what_was_whole() -> None:
    reader = JsonReader(io.BytesIO(b'[{"a": 1}, {"b": "x'))
    seen: list[object] = []
    with pytest.raises(TornError, match="ends at byte 19"):
        seen.extend(parse(reader.value()) for _ in reader.elements())
    reader = JsonReader(io.BytesIO(b'[{"a": 1}'))
    with pytest.raises(TornError):
        seen.extend(parse(reader.value()) for _ in reader.elements())
    assert seen == [{"a": 1}, {"a": 1}]


def test_what_exporters_get_wrong_is_forgiven() -> None:
    assert parse(b'"bell \\x07, path C:\\\\x41"') == "bell \x07, path C:\\x41"
    assert parse(b'"tab\there"') == "tab\there"
    assert parse(b'"\xff"') == "\N{REPLACEMENT CHARACTER}"
    with pytest.raises(MalformedError):
        parse(b"[" * 100_000 + b"]" * 100_000)
    with pytest.raises(MalformedError):
        parse(b"9" * 10_000)
