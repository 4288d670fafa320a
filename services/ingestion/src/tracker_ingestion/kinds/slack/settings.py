"""Environment of `python -m tracker_ingestion slack`."""

from datetime import timedelta

from pydantic import BaseModel
from tracker_core.channels.settings import SourceSettings


class SlackOwnSettings(BaseModel):
    """Slack itself."""

    api_url: str = "https://slack.com/api/"
    """Web API; `https://slack-gov.com/api/` for GovSlack."""
    catch_up_interval: timedelta = timedelta(hours=1)
    """Between two looks into the history for what Slack did not deliver; one follows each loss of the connection."""
    check_interval: timedelta = timedelta(minutes=5)
    """Between two looks whether the token still counts."""


class SlackSettings(SourceSettings):
    """`TRACKER_SLACK__…` beside those of every Source."""

    slack: SlackOwnSettings = SlackOwnSettings()
