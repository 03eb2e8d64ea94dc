"""A proposal: the plan and its preview, bound by digests that anyone who sees the same production computes again."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from changectl.contracts.kind import ResourceKind
from changectl.engine.preview import Foreseen
from changectl.engine.show import shown_difference
from changectl.model.bodies import body_of
from changectl.model.digest import canonical, digest_of
from changectl.model.events import Begun, Pinned, Proposed, Seen, plan_names
from changectl.model.plan import Plan
from changectl.model.preview import Preview, Reversibility, StepPreview
from changectl.model.resource import Body, FacetRef

SLOW = {"n": 2**14, "r": 8, "p": 1}
"""scrypt's cost (RFC 7914): 40 ms a guess, since the digest of a short secret could be guessed from the register."""


def proposal(plan: Plan, foreseen: Foreseen, kinds: Mapping[str, ResourceKind], authors: tuple[str, ...]) -> Proposed:
    """What is proposed, with the digest that an approval is bound to."""
    preview = foreseen.preview
    seen = tuple(
        Seen(facet, _digest(kinds, plan.digest, facet, body_of(foreseen.before, facet))) for facet in preview.facets
    )
    names = plan_names(Pinned(name, ref) for name, ref in foreseen.pinned.items())
    differences = tuple(
        shown_difference(kinds[d.facet.ref.kind].facet(d.facet.facet), d, names)
        for step in preview.steps
        for d in step.differences
    )
    return Proposed(
        plan_digest=plan.digest,
        preview_digest=digest_of(_bound(kinds, plan, preview, seen)),
        title=plan.title,
        rationale=plan.rationale,
        env=plan.env,
        risk=plan.risk.value,
        account=preview.account,
        region=preview.region,
        lead=plan.lead,
        seen=seen,
        differences=differences,
        reversibility=worst(preview).value,
        authors=authors,
        emergency=plan.emergency,
    )


def begin(
    proposed: Proposed, foreseen: Foreseen, approvers: tuple[str, ...], snapshot: str, plan: str, *, endpoint: str, version: str,
    going_back_asks: str, offline: str = "", over_lock: str = "",
) -> Begun:  # fmt: skip
    """The event that begins an attempt and spends its approvals."""
    return Begun(
        plan_digest=proposed.plan_digest,
        preview_digest=proposed.preview_digest,
        title=proposed.title,
        env=proposed.env,
        account=proposed.account,
        region=proposed.region,
        endpoint=endpoint,
        approvers=approvers,
        snapshot=snapshot,
        facets=foreseen.preview.facets,
        resolved=tuple(Pinned(name, ref) for name, ref in sorted(foreseen.pinned.items())),
        version=version,
        plan=plan,
        going_back_asks=going_back_asks,
        offline=offline,
        over_lock=over_lock,
        emergency=proposed.emergency,
    )


def worst(preview: Preview) -> Reversibility:
    """How the change as a whole comes back: as its worst step does."""
    order = list(Reversibility)
    return max((step.verdict.reversibility for step in preview.steps), key=order.index, default=Reversibility.EXACT)


def _bound(kinds: Mapping[str, ResourceKind], plan: Plan, preview: Preview, seen: tuple[Seen, ...]) -> Body:
    return {
        "plan": preview.plan,
        "account": preview.account,
        "region": preview.region,
        "resolved": dict(preview.resolved),
        "seen": [[str(s.facet), s.facet.ref.region, s.digest] for s in seen],
        "steps": [_bound_step(kinds, plan, step) for step in preview.steps],
    }


def _bound_step(kinds: Mapping[str, ResourceKind], plan: Plan, step: StepPreview) -> Body:
    return {
        "step": step.step,
        "creates": [str(ref) for ref in step.creates],
        "deletes": [str(ref) for ref in step.deletes],
        "unforeseeable": step.unforeseeable,
        "reversibility": step.verdict.reversibility.value,
        "differences": [
            [str(d.facet), list(d.path), *(_digest(kinds, plan.digest, d.facet, body) for body in (d.before, d.after))]
            for d in step.differences
        ],
    }


def _digest(kinds: Mapping[str, ResourceKind], salt: str, facet: FacetRef, body: Body) -> str:
    if body is None:
        return "absent"
    declared = kinds[facet.ref.kind].facet(facet.facet)
    if declared.show == "all" and not declared.secret:
        return digest_of(body)
    return _slow(canonical(body), f"{salt} {facet}".encode())


@lru_cache(maxsize=256)
def _slow(body: bytes, salt: bytes) -> str:
    """The same body is digested for the proposal, its preview and under the locks."""
    return f"scrypt:{hashlib.scrypt(body, salt=salt, n=SLOW['n'], r=SLOW['r'], p=SLOW['p']).hex()}"
