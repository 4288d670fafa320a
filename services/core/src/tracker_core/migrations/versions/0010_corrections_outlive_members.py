"""what a member has corrected stays when the member is removed.

Revision: 0010, after 0009.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _refer(ondelete: str) -> None:
    op.drop_constraint("fk_correction_member_id", "correction", type_="foreignkey")
    op.create_foreign_key("fk_correction_member_id", "correction", "member", ["member_id"], ["id"], ondelete=ondelete)


def upgrade() -> None:
    op.alter_column("correction", "member_id", nullable=True)
    _refer("SET NULL")


def downgrade() -> None:
    op.execute("delete from correction where member_id is null")
    op.alter_column("correction", "member_id", nullable=False)
    _refer("CASCADE")
