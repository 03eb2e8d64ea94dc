"""When a request is sent again, and after how long, by what came back: pure."""

import pytest

from changectl.web.answer import Answer, Silence
from changectl.web.waits import is_rate_limit, limit_lasts, wait_before_next

NOW = "Tue, 24 Nov 2026 03:00:00 GMT"
EPOCH = 1795489200


def answer(status: int, **headers: str) -> Answer:
    return Answer(status, {"date": NOW, **{name.replace("_", "-"): value for name, value in headers.items()}}, b"")


UNSENT, LOST, WRONG = Silence("x", sent=False), Silence("x", sent=True), Silence("x", sent=False, lasting=True)


@pytest.mark.parametrize(
    ("found", "read", "write"),
    [
        (answer(200), None, None),
        (answer(404), None, None),
        (answer(500), None, None),
        (answer(502), 0.5, None),
        (answer(503), 0.5, None),
        (answer(504), 0.5, None),
        (answer(503, retry_after="9"), 9.0, None),
        (answer(403), None, None),
        (answer(401, retry_after="9"), None, None),
        (answer(429), 60.0, 60.0),
        (answer(429, retry_after="9"), 9.0, 9.0),
        (answer(403, retry_after="9"), 9.0, 9.0),
        (answer(403, x_ratelimit_remaining="0", x_ratelimit_reset=str(EPOCH + 30)), 31.0, 31.0),
        (answer(403, x_ratelimit_remaining="7", x_ratelimit_reset=str(EPOCH + 30)), None, None),
        (UNSENT, 0.5, 0.5),
        (LOST, 0.5, None),
        (WRONG, None, None),
    ],
)
def test_what_reads_is_sent_again_and_what_writes_only_where_it_was_surely_not_done(
    found: Answer | Silence, read: float | None, write: float | None
) -> None:
    assert (
        wait_before_next("GET", found, 1),
        [wait_before_next(each, found, 1) for each in ("POST", "PATCH", "PUT")],
    ) == (
        read,
        [write] * 3,
    )


def test_pauses_grow_and_end() -> None:
    assert [wait_before_next("GET", answer(503), turn) for turn in (1, 2, 3, 4, 5)] == [0.5, 1.0, 2.0, None, None]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60.0),
        ({"retry_after": "0"}, 1.0),
        ({"retry_after": "3600"}, 3600.0),
        ({"retry_after": "Tue, 24 Nov 2026 03:02:00 GMT"}, 120.0),
        ({"retry_after": "Tue, 24 Nov 2026 02:00:00 GMT"}, 1.0),
        ({"retry_after": "Tue, 24 Nov 2026 03:02:00 GMT", "date": "never"}, 60.0),
        ({"retry_after": "-5"}, 60.0),
        ({"retry_after": "soon"}, 60.0),
        ({"retry_after": "9" * 400}, 60.0),
        ({"retry_after": "١٢"}, 60.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH + 600)}, 601.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH - 600)}, 1.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH + 600), "retry_after": "5"}, 5.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH + 600), "date": ""}, 60.0),
        ({"x_ratelimit_remaining": "9", "x_ratelimit_reset": str(EPOCH + 600)}, 60.0),
        ({"ratelimit_remaining": "0", "ratelimit_reset": str(EPOCH + 29)}, 30.0),
        ({"ratelimit_reset": str(EPOCH + 29)}, 30.0),
        ({"ratelimit_remaining": "0", "ratelimit_reset": "29"}, 29.0),
    ],
)
def test_how_long_a_limit_lasts_is_read_by_the_services_own_clock(headers: dict[str, str], seconds: float) -> None:
    found = answer(429, **headers)
    assert (is_rate_limit(found), limit_lasts(found)) == (True, seconds)
