"""Environment of the process of one e-mail Source."""

from datetime import timedelta

from pydantic import BaseModel, Field
from tracker_core.channels.settings import SourceSettings


class EmailSettings(BaseModel):
    """`TRACKER_EMAIL__*`: patience with the mail server. Certificates are checked as OpenSSL is told to, so a private
    CA is `SSL_CERT_FILE`.
    """  # noqa: D205 -- one thought

    connect_timeout: timedelta = Field(default=timedelta(seconds=10), gt=timedelta(0), le=timedelta(seconds=60))
    """To reach the server and agree on encryption."""
    answer_timeout: timedelta = Field(default=timedelta(seconds=30), gt=timedelta(0), le=timedelta(minutes=5))
    """Without a byte from the server, after which it counts as gone."""
    idle: timedelta = Field(default=timedelta(minutes=9), gt=timedelta(0), le=timedelta(minutes=29))
    """How long one IDLE lasts; servers and routers forget silent connections after 10 to 30 minutes (RFC 2177)."""
    poll: timedelta = Field(default=timedelta(seconds=60), gt=timedelta(0), le=timedelta(hours=1))
    """Between two looks where the server has no IDLE."""
    tries: int = Field(default=5, ge=1, le=100)
    """Failed fetches of one mail after which it is a dead letter, so that it does not block the mailbox."""


class Settings(SourceSettings):
    """Environment of `python -m tracker_ingestion email`."""

    email: EmailSettings = EmailSettings()
