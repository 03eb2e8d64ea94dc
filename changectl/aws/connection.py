"""A connection to AWS: reads go to their end, changes go through the gate and are sent once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from changectl.aws.answers import answer_json, wire_params
from changectl.aws.clients import Clients, Settings
from changectl.aws.credentials import same_account
from changectl.aws.fate import fate
from changectl.aws.paging import whole_answer
from changectl.aws.reads import is_read
from changectl.aws.wire import TICKET, Admit, Ticket
from changectl.errors import GateRefused, NotSignedIn
from changectl.model.frozen import dataclass
from changectl.model.resource import Body, Call


def _refuse(call: Call) -> None:
    raise GateRefused(f"{call} would change production, and this connection only reads")


@dataclass(frozen=True, slots=True)
class Aws:
    """One account as one caller sees it. Without a gate it only reads. May be shared by threads."""

    settings: Settings
    clients: Clients
    admit: Admit = _refuse

    def gated(self, admit: Admit) -> "Aws":
        """The same connection, where `admit` is asked before each changing call leaves; it raises to refuse."""
        return replace(self, admit=admit)

    def send(self, call: Call) -> dict[str, Body]:
        """Send one call and give its answer as JSON.

        A reading call is repeated while it may help, and read to its last page. A changing call is sent once at most,
        and only if `admit` does not raise; what that raises comes out as it is. Bytes in parameters are base64 text.
        Raises CallNotDone, CallUnknown (changing calls only), Unreachable (reading calls only), NotSignedIn.
        """
        reads = is_read(call.service, call.operation)
        located = call if call.region else replace(call, region=self.settings.region)
        ticket = Ticket(located, self.admit)
        mine = TICKET.set(ticket)
        try:
            return answer_json(self._read(located) if reads else self._change(located))
        except Exception as error:
            if error is ticket.refusal:
                raise
            why = fate(error, located, reached=ticket.reached, profile=self.settings.profile)
            if isinstance(why, NotSignedIn):
                self.clients.forget()
            raise why from error
        finally:
            TICKET.reset(mine)

    def _read(self, call: Call) -> Mapping[str, Any]:
        client = self.clients.reading(call.service, call.region)
        params = wire_params(call.params, _input(client, call))
        self._sign_in()
        return whole_answer(client, call.operation, params, self.clients.paginators(call.service))

    def _change(self, call: Call) -> Mapping[str, Any]:
        from botocore import xform_name

        client = self.clients.changing(call.service, call.region)
        params = wire_params(call.params, _input(client, call))
        self._sign_in()  # before the gate records that the call has started
        answer: Mapping[str, Any] = getattr(client, xform_name(call.operation))(**params)
        return answer

    def _sign_in(self) -> None:
        self.clients.credentials()
        same_account(self.clients, self.settings.region, self.settings.profile)


def connect(settings: Settings) -> Aws:
    """A connection that only reads until it is `gated`. Nothing is loaded or asked before the first call."""
    return Aws(settings, Clients(settings))


def _input(client: Any, call: Call) -> Any:
    return client.meta.service_model.operation_model(call.operation).input_shape
