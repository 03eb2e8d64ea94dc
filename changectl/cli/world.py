"""The World of an attempt: the only place where real effects become one."""

from collections.abc import Callable, Mapping
from typing import Any

from changectl.cli.ground import Signed
from changectl.cli.keeper import Keeper
from changectl.cli.secrets import Secrets
from changectl.cli.senses import real_command, real_http
from changectl.cli.signing import Signing
from changectl.engine.world import Admit, World
from changectl.errors import ChangectlError
from changectl.model.events import Event
from changectl.model.resource import Call
from changectl.register.vault import Vault


class Outside:
    """The world outside AWS, as probes see it."""

    http = staticmethod(real_http)
    command = staticmethod(real_command)


def world_of(
    signed: Signed,
    keeper: Keeper,
    vault: Vault,
    announce: Callable[[Event], None],
    ask: Callable[[str, tuple[str, ...], Callable[[], None]], str | None],
) -> World:
    """Real effects, as one value."""
    from changectl.aws.models import token_member
    from changectl.aws.sensitive import redacted

    secrets_used = Secrets()

    def send(call: Call, admit: Admit) -> Mapping[str, Any]:
        try:
            return signed.aws.gated(admit).send(call)
        except ChangectlError as error:
            error.sentence = secrets_used.hidden(error.sentence)
            raise

    signing = Signing(signed.aws.clients, signed.aws.settings.profile)

    def hold(seconds: float) -> None:
        signing.hold(seconds)
        keeper.hold(seconds)

    keeper.stops.meanwhile = keeper.keep_up
    return World(
        ground=signed.ground,
        send=send,
        clock=keeper.stops,
        record=keeper.record,
        vault=vault,
        take_locks=keeper.take_locks,
        publish=keeper.publish,
        announce=announce,
        ask=ask,
        stop=keeper.stops.count,
        hold=hold,
        secret=secrets_used.get,
        outside=Outside(),
        redact=lambda call: secrets_used.hidden(redacted(call)),
        token=lambda call: token_member(call.service, call.operation),
        settle=signed.settle,
    )
