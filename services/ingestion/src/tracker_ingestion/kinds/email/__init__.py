"""The process of an e-mail Source: takes mails from a mailbox over IMAP and sends answers over SMTP."""
