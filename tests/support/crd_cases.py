"""Manifests that must be taken or refused, the same by the API server and by the Pydantic mirror."""

from typing import Any

REF = {"name": "keys", "key": "token"}
HMAC = {"type": "HMAC", "hmac": {"secretRef": REF}}
TOKEN = {"type": "Token", "token": {"secretRef": REF}}
AUTH = {"username": "u", "passwordSecretRef": REF}
EMAIL = {"host": "mail.example", "auth": AUTH}
OAUTH = {"tokenURL": "https://t.example", "clientID": "c", "refreshTokenSecretRef": REF}
SLACK = {"botTokenSecretRef": REF, "appTokenSecretRef": REF}
TELEGRAM = {"tokenSecretRef": REF}
HOOK = {"target": "acme/.shop", "tokenSecretRef": REF}


def source(**spec: Any) -> dict[str, Any]:
    return _document("Source", {"type": "webhook"} | spec)


def webhook(**spec: Any) -> dict[str, Any]:
    return _document("Webhook", {"sourceRef": {"name": "inbox"}, "verification": TOKEN} | spec)


def _document(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    meta = {"name": "inbox", "namespace": "default"}
    return {"apiVersion": "tasktracker.dev/v1alpha1", "kind": kind, "metadata": meta, "spec": spec}


def _telegram(**fields: Any) -> dict[str, Any]:
    return source(type="telegram", telegram=TELEGRAM | fields)


def _email(**fields: Any) -> dict[str, Any]:
    return source(type="email", email=EMAIL | fields)


def _ref(**fields: Any) -> dict[str, Any]:
    return _telegram(tokenSecretRef=REF | fields)


ACCEPTED: dict[str, dict[str, Any]] = {
    "webhook": source(),
    "telegram": _telegram(mode="webhook", chats=["@a", "-100"], groups=False),
    "slack with three processes": source(type="slack", slack=SLACK, replicas=3),
    "slack events without app token": source(type="slack", slack={"mode": "events", "botTokenSecretRef": REF}),
    "email with answers": source(type="email", email=EMAIL | {"smtp": {"host": "s"}}, reply={"enabled": True}),
    "email with oauth2": _email(auth={"username": "u", "oauth2": OAUTH}),
    "email that moves": _email(afterFetch="Move", moveTo="Done"),
    "no processes": source(replicas=0),
    "window at its bounds": source(ingest={"dedupeWindow": "10m"}),
    "window of a week": source(ingest={"dedupeWindow": "168h"}),
    "auto": source(triage={"autonomy": "Auto", "autoThreshold": 50}),
    "providers": source(triage={"providers": ["embedded", "local-1"]}),
    "pod template": source(
        podTemplate={
            "labels": {"team": "x"},
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": 1}},
            "nodeSelector": {"pool": "small"},
            "tolerations": [{"key": "a", "operator": "Exists", "effect": "NoSchedule"}],
        }
    ),
    "keys with dots": _ref(name="a.b", key="..token"),
    "token": webhook(),
    "hmac of github": webhook(provider="github", verification=HMAC),
    "unverified, and said so": webhook(verification={"type": "None", "acceptUnverified": True}),
    "telegram registers": webhook(provider="telegram", autoRegister=True, host="bot.example.org"),
    "github registers": webhook(
        provider="github", autoRegister=True, verification=HMAC, registration=HOOK | {"events": ["issues"]}
    ),
    "gitlab registers": webhook(provider="gitlab", autoRegister=True, registration=HOOK),
    "networks": webhook(allowedCIDRs=["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]),
    "id in the body": webhook(idempotency={"from": "Body", "name": "id"}),
    "everything of a webhook": webhook(
        path="/webhook/a/b-c_d",
        suspend=True,
        extract={"text": "a.b", "occurredAt": "at"},
        filter="a == `1`",
        limits={"maxBodyBytes": 1024, "perSecond": 1},
        response={"status": 204},
    ),
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no type": (_document("Source", {}), "type"),
    "unknown type": (source(type="fax"), "spec.type"),
    "telegram without its part": (source(type="telegram"), "set spec.telegram if and only if type is telegram"),
    "a part of another type": (source(slack=SLACK), "set spec.slack if and only if type is slack"),
    "email without its part": (source(type="email"), "set spec.email if and only if type is email"),
    "two readers of a mailbox": (source(type="email", email=EMAIL, replicas=2), "allow one consumer"),
    "eleven processes": (source(type="slack", slack=SLACK, replicas=11), "spec.replicas"),
    "negative processes": (source(replicas=-1), "spec.replicas"),
    "webhook answers": (source(reply={"enabled": True}), "type webhook has no return channel"),
    "mail answers without smtp": (source(type="email", email=EMAIL, reply={"enabled": True}), "need spec.email.smtp"),
    "socket without app token": (
        source(type="slack", slack={"botTokenSecretRef": REF}),
        "socket mode needs appTokenSecretRef",
    ),
    "move without target": (_email(afterFetch="Move"), "afterFetch Move needs moveTo"),
    "password and oauth2": (_email(auth=AUTH | {"oauth2": OAUTH}), "exactly one of passwordSecretRef or oauth2"),
    "neither password nor oauth2": (_email(auth={"username": "u"}), "exactly one of passwordSecretRef or oauth2"),
    "smtp of two ways": (
        _email(smtp={"host": "s", "auth": AUTH | {"oauth2": OAUTH}}),
        "exactly one of passwordSecretRef or oauth2",
    ),
    "token over http": (_email(auth={"username": "u", "oauth2": OAUTH | {"tokenURL": "http://x"}}), "tokenURL"),
    "sender without at": (_email(smtp={"host": "s", "from": "nobody"}), "smtp.from"),
    "plaintext": (_email(tls="none"), "spec.email.tls"),
    "port zero": (_email(port=0), "spec.email.port"),
    "window too short": (source(ingest={"dedupeWindow": "9m"}), "between 10m and 168h"),
    "window too long": (source(ingest={"dedupeWindow": "169h"}), "between 10m and 168h"),
    "duration beyond all dates": (source(ingest={"backfill": "999999999999999h"}), "spec.ingest.backfill"),
    "eleven years": (source(delivery={"deadLetterRetention": "96360h"}), "at most 87600h"),
    "tolerance for ever": (
        webhook(verification={"type": "HMAC", "hmac": {"secretRef": REF, "tolerance": "87601h"}}),
        "at most 87600h",
    ),
    "duration in words": (source(ingest={"backfill": "soon"}), "spec.ingest.backfill"),
    "auto without confidence": (
        source(triage={"autonomy": "Auto", "autoThreshold": 49}),
        "autoThreshold of 50 or more",
    ),
    "off as YAML reads it": (source(triage={"autonomy": False}), "spec.triage.autonomy"),
    "provider twice": (source(triage={"providers": ["a", "a"]}), "stands there once"),
    "no provider": (source(triage={"providers": []}), "spec.triage.providers"),
    "typo": (source(triage={"autonomi": "Auto"}), "autonomi"),
    "secret with a path": (_ref(name="../other"), "tokenSecretRef.name"),
    "secret of another namespace": (_ref(name="other/keys"), "tokenSecretRef.name"),
    "namespace of a secret": (_ref(namespace="kube-system"), "namespace"),
    "key that is two dots": (_ref(key=".."), "tokenSecretRef.key"),
    "key with a slash": (_ref(key="a/b"), "tokenSecretRef.key"),
    "key that is empty": (_ref(key=""), "tokenSecretRef.key"),
    "secret name of capitals": (_ref(name="Keys"), "tokenSecretRef.name"),
    "secret as a string": (_telegram(tokenSecretRef="123:abc"), "tokenSecretRef"),
    "huge chat": (_telegram(chats=["x" * 65]), "chats"),
    "too many chats": (_telegram(chats=[str(n) for n in range(257)]), "chats"),
    "huge host": (_email(host="x" * 254), "spec.email.host"),
    "wrong type of a number": (source(replicas="two"), "spec.replicas"),
    "list for an object": (source(ingest=[1]), "spec.ingest"),
    "pod of one's own": (source(podTemplate={"spec": {"hostNetwork": True}}), "podTemplate"),
    "image of one's own": (source(podTemplate={"image": "evil"}), "podTemplate"),
    "quantity in words": (source(podTemplate={"resources": {"limits": {"cpu": "much"}}}), "cpu"),
    "webhook without verification": (_document("Webhook", {"sourceRef": {"name": "inbox"}}), "verification"),
    "none by accident": (webhook(verification={"type": "None"}), "type None needs acceptUnverified: true"),
    "hmac without hmac": (webhook(verification={"type": "HMAC"}), "set hmac if and only if type is HMAC"),
    "token without token": (webhook(verification={"type": "Token"}), "set token if and only if type is Token"),
    "both": (webhook(verification=TOKEN | {"hmac": {"secretRef": REF}}), "set hmac if and only if type is HMAC"),
    "github with a token": (webhook(provider="github"), "use verification.type HMAC"),
    "telegram with hmac": (webhook(provider="telegram", verification=HMAC), "use verification.type Token"),
    "slack cannot register": (
        webhook(provider="slack", verification=HMAC, autoRegister=True),
        "autoRegister is supported for telegram, github and gitlab",
    ),
    "registration without a target": (
        webhook(provider="github", verification=HMAC, autoRegister=True),
        "set registration if and only if",
    ),
    "registration of nobody": (webhook(registration=HOOK), "set registration if and only if"),
    "target upwards": (
        webhook(provider="gitlab", autoRegister=True, registration=HOOK | {"target": "acme/../admin"}),
        "registration.target",
    ),
    "target with a query": (
        webhook(provider="gitlab", autoRegister=True, registration=HOOK | {"target": "acme?x=1"}),
        "registration.target",
    ),
    "gitlab with hmac": (
        webhook(provider="gitlab", autoRegister=True, verification=HMAC, registration=HOOK),
        "use verification.type Token",
    ),
    "path elsewhere": (webhook(path="/admin"), "spec.path"),
    "path upwards": (webhook(path="/webhook/../admin"), "spec.path"),
    "host with a slash": (webhook(host="a.example/x"), "spec.host"),
    "network that is none": (webhook(allowedCIDRs=["10.0.0.0/99"]), "allowedCIDRs"),
    "header without name": (webhook(idempotency={"from": "Header"}), "Header and Body need name"),
    "status of one's own": (webhook(response={"status": 500}), "spec.response.status"),
    "empty expression": (webhook(extract={"text": ""}), "extract.text"),
    "huge expression": (webhook(filter="x" * 1025), "spec.filter"),
    "secret of a webhook upwards": (
        webhook(verification={"type": "Token", "token": {"secretRef": {"name": "keys", "key": "../x"}}}),
        "secretRef.key",
    ),
    "source upwards": (webhook(sourceRef={"name": "../x"}), "sourceRef.name"),
}

IMMUTABLE: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "type": (source(), _telegram(), "type is immutable"),
    "target": (
        webhook(provider="gitlab", autoRegister=True, registration=HOOK),
        webhook(provider="gitlab", autoRegister=True, registration=HOOK | {"target": "acme/other"}),
        "a registration cannot be moved or removed",
    ),
    "sourceRef": (webhook(), webhook(sourceRef={"name": "other"}), "sourceRef is immutable"),
}
