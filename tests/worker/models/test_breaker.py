from hypothesis import given
from hypothesis import strategies as st
from tracker_worker.models.breaker import Breaker, State


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_breaker(clock: Clock) -> Breaker:
    return Breaker(clock, failures=3, rest=30, longest_rest=100)


def test_opens_after_failures_in_a_row_only() -> None:
    breaker = a_breaker(Clock())
    for _ in range(2):
        breaker.fail()
    breaker.succeed()
    for _ in range(2):
        breaker.fail()
    assert breaker.allow()
    breaker.fail()
    assert (breaker.state, breaker.allow()) == (State.OPEN, False)


def test_lets_one_question_through_after_the_rest_and_closes_when_it_is_answered() -> None:
    breaker = a_breaker(clock := Clock())
    for _ in range(3):
        breaker.fail()
    clock.now += 30
    assert breaker.state == State.HALF_OPEN
    assert [breaker.allow(), breaker.allow()] == [True, False]
    breaker.succeed()
    assert [breaker.allow(), breaker.allow()] == [True, True]


def test_rests_longer_each_time_the_trial_fails_up_to_a_limit() -> None:
    breaker = a_breaker(clock := Clock())
    for _ in range(3):
        breaker.fail()
    for rest in (30, 60, 100, 100):
        clock.now += rest - 1
        assert not breaker.allow()
        clock.now += 1
        assert breaker.allow()
        breaker.fail()


def test_a_trial_that_nobody_reports_does_not_shut_the_provider_for_ever() -> None:
    breaker = a_breaker(clock := Clock())
    for _ in range(3):
        breaker.fail()
    clock.now += 30
    assert breaker.allow()
    clock.now += 100
    assert breaker.allow()


def test_leaves_the_provider_alone_for_as_long_as_it_asks() -> None:
    breaker = a_breaker(clock := Clock())
    breaker.fail(retry_after=7)
    assert not breaker.allow()
    clock.now += 7
    assert breaker.allow()


@given(st.lists(st.sampled_from(["ask", "ok", "fail", "wait"]), max_size=60))
def test_whatever_happens_it_lets_a_question_through_in_the_end(story: list[str]) -> None:
    breaker = a_breaker(clock := Clock())
    for step in story:
        match step:
            case "ask":
                breaker.allow()
            case "ok":
                breaker.succeed()
            case "fail":
                breaker.fail()
            case "wait":
                clock.now += 10
    clock.now += 100
    assert breaker.allow()
