"""Attachments: files that came with messages, handed out so that no browser takes one for a page of ours."""
