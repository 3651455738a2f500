"""Sentences that belong to no subject."""

TEXTS = {
    "option.renamed": ("{old} is now called {now}", "{old} 现在叫 {now}"),
    # a text that is no message: of an older file, or of a user's own model
    "text": ("{text}", "{text}"),
    "argument.too_small": (
        "{argument}={value} was requested; use {least} or more",
        "要求的是 {argument}={value}；请用 {least} 或更大的值",
    ),
}
