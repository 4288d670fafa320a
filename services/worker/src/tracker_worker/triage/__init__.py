"""Triage of one message, in steps of a module each.

    claiming    a lease on the row, renewed while the job runs
    reading     from the row to the question
    handling    what both jobs share: claim, judge in time, settle or fail, wake the next of the conversation
    first_look  the job `triage_message`: the embedded model judges, and settles or hands over
    consulting  the job `consult_models`: the language models are asked, and the message is settled
    placing     which task it belongs to, from its conversation, pure
    deciding    what a verdict leads to, pure
    settling    one transaction: verdict, task made or joined or none, events
    joining     a message becomes part of a task that is there already
    proposing   which tasks a new one may repeat
    failing     try again later, or bury

The message's row is the truth. A wake-up that finds the row settled, held or not due does nothing, so wake-ups may be
lost or doubled. Models are asked outside of any transaction.
"""
