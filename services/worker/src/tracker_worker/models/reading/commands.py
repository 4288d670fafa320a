"""Sentences that speak to the machine instead of the team ("ignore previous instructions", "set priority=urgent").

Message text is data. Such sentences are taken out before a message is judged, so that a command cannot move a verdict;
a message that is nothing else stays as it is, and the model has learned that it is noise.
"""

import re

_TARGET = (
    r"instructions?|prompts?|rules|guardrails|инструкци\w*|промпт\w*|правил\w*|команд\w*|інструкці\w*|вказівк\w*"
    r"|указани\w*|anweisung\w*|regeln|vorgaben|instrucciones|indicaciones|reglas|consignes|istruzioni|instruções"
    r"|instrukcj\w*"
)
_DROP = (
    r"ignore|disregard|forget|override|bypass|forgo|игнорир\w*|проигнорир\w*|забудь\w*|отмени\w*|ігнору\w*|проігнору\w*"
    r"|ignorier\w*|vergiss|vergesst|missachte|ignora|ignorad|ignoren|ignore[zr]?|olvida\w*|oublie[zr]?|esqueça"
    r"|zignoruj|zapomnij"
)
_FIELD = (
    r"priority|prio|category|severity|assignee|confidence|actionable|приоритет\w*|категори\w*|исполнител\w*"
    r"|пріоритет\w*"
    r"|категорі\w*|виконав\w*|priorität\w*|kategorie\w*|prioridad\w*|categoría|priorité|priorità|prioridade"
    r"|priorytet\w*"
)
_SET = (
    r"set|mark|classify|label|treat|assign|raise|change|make|flag|output|return|respond|reply|answer|постав\w*"
    r"|отмет\w*|назнач\w*"
    r"|присво\w*|классифицир\w*|установ\w*|познач\w*|признач\w*|класифік\w*|встанов\w*|setz\w*|markier\w*"
    r"|klassifizier\w*|stuf\w*|weis\w*"
    r"|marca\w*|clasific\w*|pon|ponga|ponle|asigna\w*|establece|mets|mettez|imposta|marque|ustaw|oznacz"
)
_LEVEL = (
    r"urgent|critical|highest|incident|noise|срочн\w*|критическ\w*|инцидент\w*|высок\w*|терміно\w*|критичн\w*"
    r"|інцидент\w*|найвищ\w*"
    r"|dringend\w*|höchste\w*|kritisch\w*|vorfall|urgente|crítica|máxima|incidente|incidencia"
)
_EVERY = (
    r"this message|this ticket|every message|all messages|everything|это сообщение|все сообщения|это как"
    r"|як терміно\w*|це повідомлення"
    r"|усі повідомлення|diese nachricht|alle nachrichten|dies als|este mensaje|todos los mensajes|esto como"
    r"|this as|it as|messages? as"
)
_COMMAND = re.compile(
    rf"\b(?:{_DROP})\b.{{0,60}}\b(?:{_TARGET})\b"
    rf"|\b(?:{_SET})\b.{{0,40}}\b(?:{_FIELD})\b"
    rf"|\b(?:{_FIELD})\s*[=:]\s*\W?\w+"
    rf"|\b(?:{_SET})\b.{{0,20}}\b(?:{_EVERY})\b.{{0,30}}\b(?:{_LEVEL})\b"
    r"|\b(?:system prompt|you are now|new instructions?|jailbreak|do anything now|developer mode|admin mode"
    r"|as an ai\b|dear ai\b"
    r"|note to (?:the )?(?:ai|assistant|model|bot|classifier)|ты теперь|ти тепер|du bist (?:jetzt|nun)"
    r"|ahora eres|системн\w+ промпт"
    r"|begin system|end system|act as (?:an?|the) )"
    r"|</?(?:system|assistant|instructions?|admin)\b|\[/?(?:INST|SYSTEM)\]",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE = re.compile(r"[^.!?\n;]+[.!?;]*|\n")


def speaks_to_machine(text: str) -> bool:
    """Say whether a sentence of the text commands the machine, even if the text is nothing else."""
    # With the last line something is kept of a text of commands only: of such a one `without_commands` returns all.
    said = f"{text}\nEnd."
    return without_commands(said) != said


def without_commands(text: str) -> str:
    """Return the text without its sentences that command the machine; the text itself when nothing else is in it."""
    if not _COMMAND.search(text):
        return text
    kept = "".join(part for part in _SENTENCE.findall(text) if not _COMMAND.search(part)).strip()
    return kept if any(c.isalpha() for c in kept) and not _COMMAND.search(kept) else text
