"""A forge in memory, with one pull request and a moment before each call in which somebody else may act."""

from collections.abc import Callable
from dataclasses import dataclass, field

from changectl.contracts.forge import Account, Protection, Remark, Request, RequestState, Review, Writer

NUMBER = 7
ANA = Account("1", "ana")


@dataclass
class Remarks:
    """Answers as a forge does. `meanwhile(call)` runs before each call, by the call's name."""

    head: str = "b" * 40
    remarks_: list[Remark] = field(default_factory=list)
    meanwhile: Callable[[str], None] = lambda _: None
    written: list[str] = field(default_factory=list)

    def me(self) -> Account | None:
        return ANA

    def requests(self, branch: str) -> tuple[Request, ...]:
        return (self.request(NUMBER),)

    def request(self, number: int) -> Request:
        self.meanwhile("request")
        return Request(number, "https://forge/7", ANA, RequestState.OPEN, "change/x", "main", self.head)

    def reviews(self, number: int) -> tuple[Review, ...]:
        return ()

    def writers(self, number: int, path: str, commit: str) -> tuple[Writer, ...]:
        return ()

    def may_write(self, account: Account) -> bool | None:
        return None

    def asks_at(self, branch: str) -> str:
        return ""

    def content(self, path: str, commit: str) -> bytes | None:
        return None

    def message(self, commit: str) -> str:
        return ""

    def protection(self) -> Protection:
        return Protection("main", True)

    def remarks(self, number: int) -> tuple[Remark, ...]:
        self.meanwhile("remarks")
        return tuple(self.remarks_)

    def say(self, number: int, body: str) -> Remark:
        self.meanwhile("say")
        return self.put(body)

    def amend(self, number: int, remark: Remark, body: str) -> Remark:
        self.meanwhile("amend")
        at = next(n for n, each in enumerate(self.remarks_) if each.id == remark.id)
        self.remarks_[at] = Remark(remark.id, body, remark.mine, remark.url)
        self.written.append(body)
        return self.remarks_[at]

    def put(self, body: str, *, mine: bool = True) -> Remark:
        """A comment comes into being."""
        number = len(self.remarks_) + 1
        self.remarks_.append(Remark(str(number), body, mine, f"https://forge/7#{number}"))
        self.written.append(body)
        return self.remarks_[-1]

    @property
    def bodies(self) -> list[str]:
        return [remark.body for remark in self.remarks_]
