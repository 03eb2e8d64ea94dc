"""A signature is an approval only of just this, by a key that may sign, of nobody who wrote or proposed it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from changectl.engine.approval import Agreement, email
from changectl.engine.signatures import Vouched, signed_agreement
from changectl.model.events import Approved, Proposed
from changectl.register.signing import Part, statement, verified
from tests.approvals.keys import allowed, key, respelled

CHANGE = "2026-11-23-idle-timeout"
NOW = Proposed(
    "plan", "preview", "t", "r", "prod", "low", "1", "ap", "ana", (), (), "exact", ("Ana <ana@example.com>",)
)
ANA, BEN, EVE = "Ana <ana@example.com>", "Ben <ben@example.com>", "Eve <eve@example.com>"
TEAM = allowed(ana="ana@example.com", ben="ben@example.com", eve="eve@example.com")


def proposal(by: str = ANA, who: str = "ana", event: Proposed = NOW) -> tuple[str, Proposed]:
    said = statement(Part.PROPOSES, CHANGE, event.plan_digest, event.preview_digest)
    return by, replace(event, signature=key(who).signs(said))


def approval(
    by: str = BEN,
    who: str = "ben",
    *,
    plan: str = "plan",
    preview: str = "preview",
    said: bytes | None = None,
    namespace: str = "changectl",
) -> Approved:
    content = statement(Part.APPROVES, CHANGE, "plan", "preview") if said is None else said
    return Approved(plan, preview, by, signature=key(who).signs(content, namespace))


def agreed(
    *approvals: Approved,
    signers: bytes = TEAM,
    proposals: tuple[tuple[str, Proposed], ...] | None = None,
    authors: tuple[str, ...] = (ANA,),
    after: int = 0,
) -> Agreement:
    """What these events prove, their signatures checked by ssh-keygen."""

    def vouched(part: Part, who: str, event: Proposed | Approved, after: int = 0) -> Vouched:
        said = statement(part, CHANGE, event.plan_digest, event.preview_digest, after)
        signer = verified(signers, email(who), said, event.signature)
        return Vouched(event, signer.key, signer.names) if signer else Vouched(event)

    known = (proposal(),) if proposals is None else proposals
    return signed_agreement(
        tuple(vouched(Part.PROPOSES, by, event) for by, event in known),
        tuple(vouched(Part.APPROVES, each.approver, each, after) for each in approvals),
        authors,
        NOW,
    )


def test_a_colleagues_signature_is_an_approval() -> None:
    given = approval()
    assert agreed(given) == Agreement((given,), ())


def test_two_colleagues_are_two() -> None:
    given = approval(), approval(EVE, "eve")
    assert agreed(*given) == Agreement(given, ())


def bens(limit: str) -> bytes:
    """Ana as ever, and Ben with a limit to his key."""
    return f"ben@example.com {limit} {key('ben').public}\n".encode() + allowed(ana="ana@example.com")


OF_ANOTHER = statement(Part.APPROVES, "2026-11-24-other", "plan", "preview")
PROPOSING = statement(Part.PROPOSES, CHANGE, "plan", "preview")
SPENT = statement(Part.APPROVES, CHANGE, "plan", "preview", 0)
TRICKS: dict[str, Callable[[], Agreement]] = {
    "an event without a signature": lambda: agreed(Approved("plan", "preview", BEN)),
    "a signature of another change": lambda: agreed(approval(said=OF_ANOTHER)),
    "a signature of another plan": lambda: agreed(approval(said=statement(Part.APPROVES, CHANGE, "other", "preview"))),
    "a signature over another preview": lambda: agreed(approval(said=statement(Part.APPROVES, CHANGE, "plan", "old"))),
    "a signature of a proposal": lambda: agreed(approval(said=PROPOSING)),
    "a signature that was made for git": lambda: agreed(approval(namespace="git")),
    "a signature that was made for a file": lambda: agreed(approval(namespace="file")),
    "a key of nobody": lambda: agreed(approval(who="stranger")),
    "the author's key under a colleague's name": lambda: agreed(approval(BEN, "ana")),
    "the author's own": lambda: agreed(approval(ANA, "ana")),
    "the author's own in capitals": lambda: agreed(approval("ANA <ANA@EXAMPLE.COM>", "ana")),
    "an author who committed under a false name and proposes as herself": lambda: agreed(
        approval(ANA, "ana"), authors=("Nobody <no@example.com>",)
    ),
    "an author whom a colleague proposes for": lambda: agreed(
        approval(ANA, "ana"), proposals=(proposal(EVE, "eve"),), authors=(ANA,)
    ),
    "a proposal that was forged under a colleague's name": lambda: agreed(
        approval(ANA, "ana"), proposals=(proposal(EVE, "ana"),), authors=("Nobody <no@example.com>",)
    ),
    "a proposal that nobody signed": lambda: agreed(approval(), proposals=((EVE, NOW),)),
    "a proposal of something else": lambda: agreed(approval(), proposals=(proposal(event=replace(NOW, preview_digest="x")),)),
    "an earlier proposer, of other bytes": lambda: agreed(
        approval(EVE, "eve"), proposals=(proposal(EVE, "eve", replace(NOW, plan_digest="older")), proposal())
    ),
    "a second name for the author's key": lambda: agreed(
        approval("Zoe <zoe@example.com>", "ana"), signers=TEAM + allowed(ana="zoe@example.com")
    ),
    "a second name for the proposer's key": lambda: agreed(
        approval("Zoe <zoe@example.com>", "eve"),
        signers=TEAM + allowed(eve="zoe@example.com"),
        proposals=(proposal(EVE, "eve"),),
    ),
    "a name that a pattern lets the author take": lambda: agreed(
        approval("Zoe <zoe@example.com>", "ana"), signers=TEAM + allowed(ana="*@example.com")
    ),
    "a key whose time is over": lambda: agreed(
        approval(), signers=bens('valid-before="20200101"')
    ),
    "a key whose time has not come": lambda: agreed(
        approval(), signers=bens('valid-after="29990101"')
    ),
    "a key that may sign for git only": lambda: agreed(
        approval(), signers=bens('namespaces="git"')
    ),
    "a key that was removed": lambda: agreed(approval(), signers=allowed(ana="ana@example.com")),
    "no signers at all": lambda: agreed(approval(), signers=b""),
    "signers that are no text": lambda: agreed(approval(), signers=b"\xff\x00" * 99),
    "a name that is an option": lambda: agreed(approval("x <-Ifoo>", "ben")),
    "a name that is empty": lambda: agreed(approval("<>", "ben")),
    "a signature that was spent on an attempt": lambda: agreed(approval(said=SPENT), after=1),
    "a name that no argument can be": lambda: agreed(approval("Ben <ben@\0example.com>")),
    "a signature that is no text": lambda: agreed(replace(approval(), signature="\ud800")),
    "a certificate, of which there can be many for one person": lambda: agreed(
        replace(
            approval(),
            signature=key("ben").signs_as_certified(
                statement(Part.APPROVES, CHANGE, "plan", "preview"), "ben@example.com", key("office")
            ),
        ),
        signers=TEAM + f"*@example.com cert-authority {key('office').public}\n".encode(),
    ),
    "half a signature": lambda: agreed(replace(approval(), signature=approval().signature[:120])),
    "a signature of noise": lambda: agreed(
        replace(approval(), signature="-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n")
    ),
    "a signature that is endless": lambda: agreed(replace(approval(), signature=approval().signature * 99)),
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_approves_nothing(trick: str) -> None:
    assert TRICKS[trick]().approvals == ()


def test_one_key_is_one_person_by_whatever_names() -> None:
    both = TEAM + allowed(ben="benjamin@example.com")
    twice = approval(), approval("Benjamin <benjamin@example.com>", "ben")
    assert len(agreed(*twice, signers=both).approvals) == 1


def test_one_key_is_one_person_however_its_signature_spells_it() -> None:
    both = TEAM + allowed(ben="benjamin@example.com")
    again = approval("Benjamin <benjamin@example.com>", "ben")
    twice = approval(), replace(again, signature=respelled(again.signature))
    assert len(agreed(*twice, signers=both).approvals) == 1


def test_a_key_is_known_by_all_its_names_whichever_line_they_stand_in() -> None:
    content = statement(Part.APPROVES, CHANGE, "plan", "preview")
    signers = allowed(ben="first@example.com") + TEAM + allowed(ben="*@ben.example,last@example.com")
    found = verified(signers, "ben@example.com", content, key("ben").signs(content))
    assert found is not None
    assert found.names == ("ben@example.com", "first@example.com", "*@ben.example", "last@example.com")


def test_an_older_approval_that_is_told_again_takes_none_back() -> None:
    older = approval(plan="older", said=statement(Part.APPROVES, CHANGE, "older", "preview"))
    given = approval()
    assert agreed(given, older).approvals == (given,)


def test_an_end_without_a_zone_is_one_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    soon = datetime.now(UTC) + timedelta(hours=3)
    monkeypatch.setenv("TZ", "UTC-13")  # Auckland in summer, where it is that time already
    assert len(agreed(approval(), signers=bens(f'valid-before="{soon:%Y%m%d%H%M}"')).approvals) == 1


def test_a_second_approval_after_an_attempt_counts_again() -> None:
    again = approval(said=statement(Part.APPROVES, CHANGE, "plan", "preview", 1))
    assert agreed(again, after=1).approvals == (again,)
