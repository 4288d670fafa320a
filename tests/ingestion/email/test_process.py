"""The process of a mail Source, as it is started."""

from tests.ingestion.email.conftest import Desk


def test_process_refuses_a_manifest_of_another_kind_by_name(desk: Desk) -> None:
    (desk.folder / "source.yaml").write_text(
        "apiVersion: tasktracker.dev/v1alpha1\nkind: Source\nmetadata: {name: a, namespace: b}\nspec: {type: webhook}\n"
    )
    process = desk.process()
    process.start()
    assert process.child is not None
    try:
        assert process.child.wait(30) == 2
    finally:
        process.stop()
    assert "exactly one Source of type email" in process.log.read_text()
