"""Which files a Telegram message brings; pure."""

from dataclasses import dataclass

from aiogram.types import Message

REF = "telegram:"
"""Of an attachment whose bytes are not kept: followed by Telegram's file_id, which the bot can still fetch."""


@dataclass(frozen=True)
class Media:
    """One file at Telegram."""

    file_id: str
    name: str
    media_type: str
    size: int
    """Bytes; 0 when Telegram does not say."""


def media_of(message: Message) -> list[Media]:
    """Return the files of a message; of a photo the largest size. A sticker is no file: it is said in words."""
    number = message.message_id
    if message.photo:
        photo = message.photo[-1]
        return [Media(photo.file_id, f"photo_{number}.jpg", "image/jpeg", photo.file_size or 0)]
    if message.voice is not None:
        voice = message.voice
        return [Media(voice.file_id, f"voice_{number}.ogg", voice.mime_type or "audio/ogg", voice.file_size or 0)]
    if message.video_note is not None:
        note = message.video_note
        return [Media(note.file_id, f"video_{number}.mp4", "video/mp4", note.file_size or 0)]
    if message.live_photo is not None:
        live = message.live_photo
        return [Media(live.file_id, f"photo_{number}.mp4", live.mime_type or "video/mp4", live.file_size or 0)]
    # An animation is a document too, for clients of old.
    for kind, file in (
        ("animation", message.animation),
        ("video", message.video),
        ("audio", message.audio),
        ("document", message.document),
    ):
        if file is not None:
            name = file.file_name or f"{kind}_{number}"
            return [Media(file.file_id, name, file.mime_type or "application/octet-stream", file.file_size or 0)]
    return []
