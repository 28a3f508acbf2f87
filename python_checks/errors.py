"""What stops a run for a reason that a person can act on."""


class RunError(Exception):
    """A run cannot go on; the message says what is wrong, where, and what to do about it."""


class PublishedUnmarkedError(RunError):
    """The new file is in place, but the marker in state is not: the next run sets it."""
