"""What became of a call: the one place where botocore's errors become ours.

Decided by types and codes, never by AWS's sentences.
"""

import ssl

from changectl.aws.reads import is_read
from changectl.aws.sensitive import without_hidden
from changectl.errors import CallNotDone, CallUnknown, ChangectlError, NeverSent, NotSignedIn, Unreachable
from changectl.model.resource import Call
from changectl.model.text import one_line

SIGNED_OUT = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
CLOCK_WRONG = frozenset({"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})


def fate(error: Exception, call: Call, *, reached: bool, profile: str = "") -> ChangectlError:
    """What `error`, raised while `call` was being sent, says of it. `reached`: a byte of it may have left."""
    from botocore.exceptions import ClientError

    if isinstance(error, ChangectlError):
        return error
    if isinstance(error, ClientError):
        return _refused(error, call, profile)
    if signed_out := _no_credentials(error, profile):
        return signed_out
    if _never_connected(error):
        return _unreachable(error, call)
    if not reached and not _is_transport(error):
        return CallNotDone(f"{call} was not sent: {_says(error, call)}", code=type(error).__name__)
    if is_read(call.service, call.operation):
        return Unreachable(f"{call} got no whole answer: {_says(error, call)}", "try again", code=type(error).__name__)
    return CallUnknown(f"{call} was sent and not answered: {_says(error, call)}", code=type(error).__name__)


def _refused(error: "Exception", call: Call, profile: str) -> ChangectlError:
    response = getattr(error, "response", {})
    code = str(response.get("Error", {}).get("Code") or "")
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    says = _says(response.get("Error", {}).get("Message") or "", call)
    sentence = f"{call} was refused: {code}" + (f": {says}" if says else "")
    if code in SIGNED_OUT or (code == "AuthFailure" and status == 401):
        return NotSignedIn(f"AWS does not accept these credentials: {code}", sign_in(profile), code=code)
    if code in CLOCK_WRONG:
        return NotSignedIn(f"AWS does not accept the time of this machine: {code}", "set the clock", code=code)
    if code in THROTTLED:
        return CallNotDone(sentence, "AWS asks to slow down; try again", code=code, again=True)
    if code in DENIED or status == 403:
        return CallNotDone(
            sentence,
            "aws sts get-caller-identity says who you are; the change needs the rights of its calls",
            code=code,
        )
    if status >= 500 and not is_read(call.service, call.operation):
        return CallUnknown(f"{call} broke at AWS ({status} {code}); nobody can say whether it was done", code=code)
    return CallNotDone(sentence, code=code, again=status >= 500)


def _no_credentials(error: Exception, profile: str) -> NotSignedIn | None:
    from botocore import exceptions as b

    where = f" in profile {profile}" if profile else ""
    match error:
        case b.ProfileNotFound():
            return NotSignedIn(f"there is no AWS profile {profile}", f"aws configure sso --profile {profile}")
        case b.LoginError():
            return NotSignedIn(f"the AWS sign-in{where} has expired", sign_in(profile, "aws login"))
        case b.SSOError() | b.TokenRetrievalError() | b.NoAuthTokenError():
            return NotSignedIn(f"the AWS sign-in{where} has expired", sign_in(profile))
        case b.NoCredentialsError():
            return NotSignedIn(f"there are no AWS credentials{where}", sign_in(profile))
        case b.PartialCredentialsError() | b.CredentialRetrievalError() | b.RefreshWithMFAUnsupportedError():
            return NotSignedIn(f"the AWS credentials{where} cannot be had: {_first_line(error)}", sign_in(profile))
        case b.InvalidConfigError() | b.ConfigParseError() | b.InfiniteLoopConfigError() | b.UnknownCredentialError():
            return NotSignedIn(f"the AWS configuration{where} is wrong: {_first_line(error)}", sign_in(profile))
    return None


def _never_connected(error: Exception) -> bool:
    from botocore import exceptions as b

    if isinstance(error, b.SSLError):  # while connecting; a connection that broke later is an SSLError as well
        return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
    return isinstance(error, b.EndpointConnectionError | b.ConnectTimeoutError | b.ProxyConnectionError)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        inner = getattr(error, "kwargs", {}).get("error") if hasattr(error, "kwargs") else None
        args = [arg for arg in error.args if isinstance(arg, BaseException)]
        error = inner or (args[0] if args else None) or error.__cause__ or error.__context__
    return found


def _unreachable(error: Exception, call: Call) -> ChangectlError:
    sentence = f"{call} was not sent: {_says(error, call)}"
    if is_read(call.service, call.operation):
        return Unreachable(sentence, "check the network and the endpoint", code=type(error).__name__)
    return NeverSent(sentence, "check the network and the endpoint", code=type(error).__name__, again=True)


def _is_transport(error: Exception) -> bool:
    from botocore.exceptions import ConnectionError as CouldNotConnect
    from botocore.exceptions import HTTPClientError

    return isinstance(error, HTTPClientError | CouldNotConnect | OSError)


def sign_in(profile: str, command: str = "aws sso login") -> str:
    """What to type to be signed in again."""
    return f"{command} --profile {profile}" if profile else command


def _says(error: object, call: Call) -> str:
    """In one line, and without the secrets of the call, which AWS and botocore repeat."""
    return _first_line(without_hidden(str(error), call))


def _first_line(error: object) -> str:
    return one_line(str(error), 300)
