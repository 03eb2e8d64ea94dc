"""The family of errors: each carries facts, one sentence of what happened, and the next thing to type.

Lower floors raise these and never print or exit; `cli/main.py` shows them all, in one place.
"""

from changectl.model.status import Production, Status


class ChangectlError(Exception):
    """What went wrong in one sentence, what to do next, and how the command ends."""

    status: Status = Status.BUG
    production: Production = Production.UNTOUCHED

    def __init__(self, sentence: str, hint: str = "", **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.facts = facts


class WrongUsage(ChangectlError):
    """The command line does not make sense."""

    status = Status.USAGE


class PlanWrong(ChangectlError):
    """The plan cannot be read or does not make sense; `complaints` has every reason with its place."""

    status = Status.PLAN_WRONG


class ConfigurationWrong(ChangectlError):
    """changectl.toml, or the git repository around it, is not as it must be."""

    status = Status.PLAN_WRONG


class NotSignedIn(ChangectlError):
    """AWS credentials are missing, expired, or belong to another account than the plan's."""

    status = Status.AWS_REFUSED


class Unreachable(ChangectlError):
    """The AWS endpoint could not be reached, so that nothing was sent."""

    status = Status.AWS_REFUSED


class NotFound(ChangectlError):
    """A change, a resource, or a snapshot that was named does not exist."""

    status = Status.USAGE


class GateRefused(ChangectlError):
    """A rule forbids this: approval, confirmation, a conflict, a test before, a call outside the plan."""

    status = Status.GATE_REFUSED


class Drifted(ChangectlError):
    """The plan or production is not what was previewed or approved."""

    status = Status.STALE


class Locked(ChangectlError):
    """Another change holds a setting that this one needs."""

    status = Status.LOCKED


class LeaseOver(ChangectlError):
    """The locks or the credentials of this change end too soon and could not be renewed: nothing more goes forward."""

    status = Status.NEEDS_OPERATOR
    production = Production.MIXED


class TakenOver(ChangectlError):
    """Somebody else holds what this change held, or has closed it: it sends nothing more, forward or back."""

    status = Status.NEEDS_OPERATOR
    production = Production.MIXED


class InProgress(ChangectlError):
    """An attempt has not ended, or a person is waited for."""

    status = Status.WAITING
    production = Production.UNKNOWN


class SnapshotFailed(ChangectlError):
    """The state before could not be captured or kept; nothing was changed."""

    status = Status.SNAPSHOT_FAILED


class NeedsOperator(ChangectlError):
    """Production is between two states and changectl cannot decide alone."""

    status = Status.NEEDS_OPERATOR
    production = Production.MIXED


class RegisterUnsound(ChangectlError):
    """The register's history was rewritten, an event edited, lost or doubled."""

    status = Status.REGISTER_UNSOUND


class RemoteNeeded(ChangectlError):
    """The register's remote cannot be reached and this change must not go on without it."""

    status = Status.GATE_REFUSED


class ForgeFailed(ChangectlError):
    """The forge (GitHub, GitLab) could not be asked, refused, or answered nothing that we understand."""

    status = Status.GATE_REFUSED


class CannotRecord(ChangectlError):
    """The journal or the vault cannot be written; no further call goes forward."""

    status = Status.SNAPSHOT_FAILED


# What became of one AWS call. The engine decides by these three, never by an English sentence.


class CallNotDone(ChangectlError):
    """The call had no effect: AWS refused it, or it was never sent. `code` is AWS's error code."""

    status = Status.AWS_REFUSED

    def __init__(self, sentence: str, hint: str = "", *, code: str, again: bool = False) -> None:
        super().__init__(sentence, hint, code=code)
        self.code = code
        self.again = again  # throttled or never sent: the very same call may be sent again


class NeverSent(CallNotDone):
    """The call had no effect, as the endpoint could not be reached: that says nothing about AWS or production."""


class CallUnknown(ChangectlError):
    """Nobody can say whether the call had an effect: a timeout, a reset, a 5xx. Read back; never resend blindly."""

    status = Status.NEEDS_OPERATOR
    production = Production.UNKNOWN
