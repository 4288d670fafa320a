"""What the gateway knows of each provider: what its ids are, and where the readable text is. How it signs is core's.

A preset is data. What a manifest sets itself always wins over it. Adding a provider adds an entry here, its name to the
CRD, and tests with the provider's own examples.
"""

from dataclasses import dataclass

from tracker_core.manifests import Provider


@dataclass(frozen=True)
class Fields:
    """JMESPath to each part of a message; without one, the generic names are tried."""

    text: str | None = None
    title: str | None = None
    sender: str | None = None
    conversation: str | None = None
    occurred_at: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Preset:
    """One provider."""

    id_headers: tuple[str, ...] = ()
    """Headers that carry the id of a delivery, the same on each attempt; the first that is there counts."""
    id_expressions: tuple[str, ...] = ()
    """JMESPath into the body for the same, after the headers."""
    fields: Fields = Fields()
    ignored: str | None = None
    """JMESPath that is true for requests that carry no message, such as a ping; they are answered and not kept."""
    challenge: str | None = None
    """JMESPath to a text that the provider wants back at once, to see that the address is right."""


# X-Request-Id is not among them: proxies make a new one for each attempt.
_GENERIC_ID_HEADERS = ("idempotency-key", "webhook-id")
_GENERIC_ID_EXPRESSIONS = ("id", "message_id", "event_id")
_GENERIC = Preset(
    id_headers=_GENERIC_ID_HEADERS,
    id_expressions=_GENERIC_ID_EXPRESSIONS,
)

_TELEGRAM = "(message || channel_post || edited_message || edited_channel_post)"
"""The message of an update; the other kinds of updates carry none."""

PRESETS: dict[Provider, Preset] = {
    Provider.GENERIC: _GENERIC,
    Provider.STANDARD_WEBHOOKS: Preset(
        id_headers=("webhook-id",),
        fields=Fields(
            text="data.text || data.message || data.body || data.description || data.title || text || message",
            title="data.title || data.subject || type",
            sender="data.sender || data.author || data.user",
            occurred_at="timestamp",
            url="data.url",
        ),
    ),
    Provider.SLACK: Preset(
        id_expressions=("event.ts && join(':', [team_id, event.channel, event.ts])", "event_id"),
        fields=Fields(
            text="event.text",
            sender="event.user",
            conversation=(
                "event.thread_ts && event.thread_ts != event.ts && join(':', [event.channel, event.thread_ts])"
                " || event.channel"
            ),
            occurred_at="event.ts || event_time",
        ),
        # Joins, topics, edits …: a Source of type slack reads the edits too.
        ignored=(
            "event.subtype && !contains(['bot_message', 'me_message', 'thread_broadcast', 'file_share'], event.subtype)"
        ),
        challenge="type == 'url_verification' && challenge || null",
    ),
    # https://core.telegram.org/bots/api#setwebhook. The ids are those of a telegram Source, which reads more of it.
    Provider.TELEGRAM: Preset(
        id_expressions=(
            "(message || channel_post).[to_string(chat.id), to_string(message_id)] | join(':', @)",
            (
                "(edited_message || edited_channel_post).[join(':', [to_string(chat.id), to_string(message_id)]),"
                " to_string(edit_date)] | join('#', @)"
            ),
            "update_id",
        ),
        fields=Fields(
            text=f"{_TELEGRAM}.[text || caption || poll.question] | [0]",
            sender=f"{_TELEGRAM}.[from || sender_chat || chat] | [0]",
            conversation=(
                f"{_TELEGRAM}.[is_topic_message && message_thread_id"
                " && join(':', [to_string(chat.id), to_string(message_thread_id)]) || to_string(chat.id)] | [0]"
            ),
            occurred_at=f"{_TELEGRAM}.[edit_date || date] | [0]",
        ),
        ignored=f"!{_TELEGRAM}",
    ),
    Provider.GITHUB: Preset(
        id_headers=("x-github-delivery",),
        fields=Fields(
            text=(
                "comment.body || review.body || issue.body || pull_request.body || discussion.body || release.body"
                " || alert.description || alert.rule.description || alert.security_advisory.description"
                " || head_commit.message"
            ),
            title=(
                "issue.title || pull_request.title || discussion.title || release.name || release.tag_name"
                " || alert.rule.name || alert.security_advisory.summary || alert.secret_type_display_name"
                " || workflow_run.display_title || workflow_run.name || check_run.name || head_commit.message"
            ),
            sender="sender",
            conversation="issue.html_url || pull_request.html_url || discussion.html_url",
            occurred_at=(
                "comment.updated_at || review.submitted_at || issue.updated_at || pull_request.updated_at"
                " || discussion.updated_at || release.published_at || alert.updated_at || workflow_run.updated_at"
                " || head_commit.timestamp"
            ),
            url=(
                "comment.html_url || review.html_url || issue.html_url || pull_request.html_url"
                " || discussion.html_url || release.html_url || alert.html_url || workflow_run.html_url || compare"
            ),
        ),
        ignored="zen && hook_id",
    ),
    Provider.GITLAB: Preset(
        id_headers=("idempotency-key", "webhook-id"),
        fields=Fields(
            text="object_attributes.note || object_attributes.description || commits[-1].message",
            title=(
                "issue.title || merge_request.title || object_attributes.title || commits[-1].title"
                " || object_attributes.name"
            ),
            sender="user || {name: user_name, email: user_email}",
            conversation="issue.url || merge_request.url || object_attributes.url",
            occurred_at="object_attributes.updated_at || object_attributes.created_at || commits[-1].timestamp",
            url="object_attributes.url || commits[-1].url",
        ),
    ),
    Provider.STRIPE: Preset(
        id_expressions=("id",),
        fields=Fields(
            text=(
                "data.object.description || data.object.last_payment_error.message || data.object.failure_message"
                " || data.object.reason || type"
            ),
            title="type",
            sender="data.object.customer_email || data.object.billing_details",
            conversation="data.object.id",
            occurred_at="created",
        ),
    ),
    # https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
    Provider.ALERTMANAGER: Preset(
        fields=Fields(
            text=(
                "alerts[].[annotations.description || annotations.summary || annotations.message || labels.alertname][]"
            ),
            title="commonAnnotations.summary || commonLabels.alertname || alerts[0].labels.alertname",
            sender="{name: receiver}",
            conversation="groupKey",
            occurred_at="alerts[0].startsAt",
            url="alerts[0].generatorURL || externalURL",
        ),
    ),
    # https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
    Provider.GRAFANA: Preset(
        fields=Fields(
            text=("alerts[].[annotations.description || annotations.summary || labels.alertname][] || message"),
            title="title || commonLabels.alertname",
            sender="{name: receiver}",
            conversation="groupKey",
            occurred_at="alerts[0].startsAt",
            url="alerts[0].[panelURL || dashboardURL || generatorURL] | [0] || externalURL",
        ),
    ),
    # https://docs.sentry.io/integrations/integration-platform/webhooks/
    Provider.SENTRY: Preset(
        id_headers=("request-id",),
        fields=Fields(
            text=(
                "data.comment || data.description_text || data.event.message || data.error.message"
                " || data.issue.metadata.value || data.event.culprit || data.error.culprit || data.issue.culprit"
            ),
            title="data.event.title || data.error.title || data.issue.title || data.description_title",
            sender="actor",
            # One subject is one issue of Sentry's, whatever tells of it.
            conversation=(
                "data.issue.web_url || data.event.issue_url || data.error.issue_url"
                " || data.metric_alert.alert_rule.id && join('', ['sentry://alert/', data.metric_alert.alert_rule.id])"
            ),
            occurred_at=(
                "data.event.datetime || data.error.datetime || data.issue.lastSeen || data.timestamp"
                " || data.metric_alert.date_detected"
            ),
            url="data.event.web_url || data.error.web_url || data.issue.web_url || data.web_url",
        ),
        ignored="installation && !data.event && !data.issue && !data.error && !data.metric_alert && !data.comment",
    ),
}
