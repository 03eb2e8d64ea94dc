"""The wire: the last moment before a request leaves, whoever asked for it. A read passes; a change needs a ticket.

botocore's events reach every client that is made in the session, by whatever means: resource, paginator, waiter.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

from changectl.aws.answers import jsonable
from changectl.aws.cut import refuse_a_cut_answer
from changectl.aws.reads import is_read
from changectl.errors import GateRefused
from changectl.model.resource import Call

Admit: TypeAlias = Callable[[Call], None]
"""Told of a call that is about to leave; raises if it must not."""


@dataclass(slots=True)
class Ticket:
    """Lets one changing call out, once. A read needs it only to say how far it got.

    `reached`: a byte of it may have left. `refusal`: what `admit` raised.
    """

    call: Call
    admit: Admit
    spent: bool = False
    reached: bool = False
    refusal: BaseException | None = None


TICKET: ContextVar[Ticket | None] = ContextVar("ticket", default=None)
"""The ticket of the call that this thread is sending."""

_ASKED = "changectl"
"""Where the request's context keeps the call as it was asked for."""


def watch(events: Any) -> None:
    """Guard all that goes out through these events of a botocore session. To be called before any client is made."""
    # Handlers of `*.*` are asked before all others: the call is seen as it was asked for, before botocore completes
    # it, and the ticket is taken before the signature is made, however long `admit` needs.
    events.register_first("before-parameter-build.*.*", _remember)
    events.register_first("request-created.*.*", _judge)
    events.register_first("before-send.*.*", _leave)
    events.register_first("needs-retry.*.*", _never_twice)
    events.register_first("before-parse.*.*", refuse_a_cut_answer)


def _remember(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    call = Call(model.service_model.service_name, model.name, jsonable(params), context.get("client_region") or "")
    if context.get("is_presign_request") and not is_read(call.service, call.operation):
        raise GateRefused(f"a signed address for {call} could be used later, past the gate", "make the call itself")
    context[_ASKED] = call


def _judge(request: Any, operation_name: str, **_: Any) -> None:
    call = request.context.get(_ASKED)
    if call is not None and call.operation == operation_name and is_read(call.service, call.operation):
        return
    ticket = TICKET.get()
    if call is None or ticket is None or ticket.spent or not _same(ticket.call, call):
        raise GateRefused(f"{call or operation_name} would change production, and was not let through the gate")
    ticket.spent = True
    try:
        ticket.admit(call)
    except BaseException as refusal:
        ticket.refusal = refusal
        raise


def _same(one: Call, other: Call) -> bool:
    return (one.service, one.operation, one.params, one.region) == (
        other.service,
        other.operation,
        other.params,
        other.region,
    )


def _leave(event_name: str, **_: Any) -> None:
    ticket = TICKET.get()
    if ticket is not None and event_name.endswith(f".{ticket.call.operation}"):
        ticket.reached = True


def _never_twice(response: Any, caught_exception: BaseException | None, operation: Any, **_: Any) -> None:
    # One attempt is configured, but S3's redirection to another region sends again without asking the retry handler.
    if is_read(operation.service_model.service_name, operation.name):
        return
    if caught_exception is not None:
        raise caught_exception
    http, parsed = response
    if http.status_code >= 300:
        from botocore.exceptions import ClientError

        raise ClientError(parsed, operation.name)
