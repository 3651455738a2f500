"""Sentences that belong to no subject."""

TEXTS = {
    # a text that is no message: of an older file, or of a user's own model
    "text": ("{text}", "{text}"),
}
