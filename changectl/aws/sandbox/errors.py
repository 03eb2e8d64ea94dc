"""What goes wrong with the sandbox itself. Real AWS is never touched by it."""

from changectl.errors import ChangectlError
from changectl.model.status import Status


class SandboxError(ChangectlError):
    """The sandbox could not be started, found or emptied: moto is missing, the port is taken, none is running."""

    status = Status.USAGE
