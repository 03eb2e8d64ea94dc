"""One environment on AWS: who we are there, in which account and regions, which roles we may take, what time it is."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from changectl.aws.clock import time_at_aws
from changectl.catalogue import catalogue
from changectl.cli.ground import Signed, signed_in, together
from changectl.errors import ChangectlError, NotSignedIn
from changectl.model.diagnosis import Diagnosis, missing, ok, unknown
from changectl.model.resource import Call
from changectl.model.status import Status
from changectl.planfile.config import Env

AWS = Status.AWS_REFUSED
SKEW = timedelta(minutes=1)
"""AWS refuses signatures that are five minutes off, a lock's lease is fifteen; beyond one the register misleads."""

SESSION = "doctor"


def environment(env: Env, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Sequence[Diagnosis]:
    """Everything about one environment. Nothing is changed; STS is asked who we are, in each region and as each role."""
    try:
        signed = signed_in(replace(env, role=""), "", catalogue(), SESSION)
    except ChangectlError as why:
        return _not_in(env, why)
    found = [
        ok(f"{env.name} credentials", f"you are {signed.caller}"),
        ok(f"{env.name} account", f"it is {env.account}, as {env.name} says"),
    ]
    thunks: list[Callable[[], Diagnosis]] = [lambda: clock(f"{env.name} clock", now(), time_at_aws(signed.aws))]
    if env.role:
        thunks.append(lambda: _role(env, f"{env.name} role", env.role))
    if env.read_role:
        thunks.append(lambda: _role(env, f"{env.name} read role", env.read_role))
    thunks += [_in_region(env, signed, region) for region in env.regions]
    return (*found, *together(thunks), *_without_read_role(env))


def _not_in(env: Env, why: ChangectlError) -> Sequence[Diagnosis]:
    name = f"{env.name} credentials"
    if isinstance(why, NotSignedIn) and "found" in why.facts:
        account = missing(f"{env.name} account", why.sentence, why.hint, AWS)
        return (ok(name, f"you are signed in, to account {why.facts['found']}"), account)
    return (missing(name, why.sentence, why.hint or "aws configure sso", AWS),)


def _role(env: Env, name: str, role: str) -> Diagnosis:
    try:
        signed = signed_in(replace(env, role=role), "", catalogue(), SESSION)
    except ChangectlError as why:
        mend = f"let its trust policy name you: aws iam get-role --role-name {role.rpartition('/')[2]}"
        return missing(name, f"{role} cannot be taken: {why.sentence}", mend, AWS)
    return ok(name, f"you may be {signed.caller}")


def _in_region(env: Env, signed: Signed, region: str) -> Callable[[], Diagnosis]:
    def look() -> Diagnosis:
        name = f"{env.name} {region}"
        try:
            signed.aws.send(Call("sts", "GetCallerIdentity", {}, region))
        except ChangectlError as why:
            mend = f"mend regions in changectl.toml, or: aws account enable-region --region-name {region}"
            return missing(name, f"it does not answer: {why.sentence}", mend, AWS)
        return ok(name, "it answers")

    return look


def clock(name: str, here: datetime, there: datetime | None) -> Diagnosis:
    """How far this machine's time is from that of AWS."""
    if there is None:
        return unknown(name, "AWS does not say what time it is")
    off = here - there
    if abs(off) > SKEW:
        way = "ahead of" if off > timedelta(0) else "behind"
        sentence = f"this machine is {abs(round(off.total_seconds()))} s {way} AWS"
        return missing(name, sentence, "set the clock by the network: timedatectl set-ntp true")
    return ok(name, "this machine has the time of AWS, to the minute")


def _without_read_role(env: Env) -> Sequence[Diagnosis]:
    if env.read_role or not env.production:
        return ()
    sentence = "there is none, so that previews in CI need the rights that changes need, or are left out"
    return (ok(f"{env.name} read role", sentence, "changectl init --github writes its policies"),)
