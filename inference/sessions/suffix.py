"""Say how the names of session files end; apart, so that the list of sessions needs nothing else of the session."""

SUFFIX = ".cardinal"
