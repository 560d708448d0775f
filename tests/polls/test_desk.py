"""The desk: every target has its answer or its reason, and none stops another."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.errors import NetworkError
from sync.polls.asked import Item, Progress
from sync.polls.desk import CannotPoll, DataQuery, PollDesk, PollError, PollRequest

MOMENT = datetime(2020, 9, 18, tzinfo=UTC)


@dataclass
class Source:
    """Gives its items, or fails."""

    given: list[Item] = field(default_factory=list)
    failure: Exception | None = None
    asked: list[DataQuery] = field(default_factory=list)

    def items(self, query: DataQuery, progress: Progress) -> list[Item]:
        self.asked.append(query)
        if self.failure:
            raise self.failure
        return self.given

    def file(self, id: str, progress: Progress) -> tuple[str, bytes | Path]:
        if self.failure:
            raise self.failure
        return "heic", id.encode()


@pytest.fixture
def sources() -> dict[str, Source]:
    names = ("icpl.photos", "mme_contacts.contacts", "fmip.devices")
    return {name: Source([{"id": name}]) for name in names}


@pytest.fixture
def desk(sources: dict[str, Source]) -> PollDesk:
    return PollDesk(sources, {"icpl": Source()}, lambda: [{"id": "me"}])


def queries(*names: str) -> tuple[DataQuery, ...]:
    return tuple(DataQuery(name) for name in names)


def test_info_data_and_files_are_answered_by_one_poll(desk: PollDesk) -> None:
    outcome = desk.run(PollRequest(("*",), queries("icpl.photos"), ("icpl://Ab/+0=",)))
    assert [(result.identifier, result.type) for result in outcome.results] == [
        ("icloud.account", "json"),
        ("icpl.photos", "json"),
        ("icpl://Ab/+0=", "heic"),
    ]
    content = outcome.results[1].content
    assert isinstance(content, bytes)
    assert json.loads(content) == {"data": [{"id": "icpl.photos"}], "metadata": {"count": 1}}
    assert outcome.results[2].content == b"icpl://Ab/+0="
    assert outcome.errors == ()


def test_nothing_asked_for_comes_to_nothing(desk: PollDesk) -> None:
    outcome = desk.run(PollRequest())
    assert (outcome.results, outcome.errors) == ((), ())


def test_one_failure_stops_no_other(desk: PollDesk, sources: dict[str, Source]) -> None:
    sources["icpl.photos"].failure = NetworkError("the line is dead", "try again")
    outcome = desk.run(PollRequest(data_types=queries("icpl.photos", "fmip.devices")))
    assert [result.identifier for result in outcome.results] == ["fmip.devices"]
    assert outcome.errors == (PollError("icpl.photos", "network", "the line is dead; try again"),)


def test_a_reason_is_told_in_the_words_of_its_source(
    desk: PollDesk, sources: dict[str, Source]
) -> None:
    sources["icpl.photos"].failure = CannotPoll("service-disabled", "Photos is off")
    [error] = desk.run(PollRequest(data_types=queries("icpl.photos"))).errors
    assert (error.error, error.message) == ("service-disabled", "Photos is off")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("callkit.calls", "unsupported"),
        ("cloudkit_safari.history", "unsupported"),
        ("ios_messages.messages", "unknown-data-type"),
    ],
)
def test_what_cannot_be_had_is_an_error_of_the_poll(desk: PollDesk, name: str, code: str) -> None:
    [error] = desk.run(PollRequest(data_types=queries(name))).errors
    assert (error.target, error.error) == (name, code)


@pytest.mark.parametrize("id", ["dtouch://1", "icpl", "", "nonsense"])
def test_a_file_of_no_known_scheme_is_an_error_of_the_poll(desk: PollDesk, id: str) -> None:
    [error] = desk.run(PollRequest(files=(id,))).errors
    assert (error.target, error.error) == (id, "unknown-file")


def test_an_info_type_that_there_is_not_is_an_error(desk: PollDesk) -> None:
    [error] = desk.run(PollRequest(info_types=("weather",))).errors
    assert (error.target, error.error) == ("weather", "unknown-info-type")


def test_a_star_is_every_data_type_and_dates_go_to_those_that_have_one(
    desk: PollDesk, sources: dict[str, Source]
) -> None:
    outcome = desk.run(PollRequest(data_types=(DataQuery("*", since=MOMENT),)))
    assert [result.identifier for result in outcome.results] == list(sources)
    assert sources["icpl.photos"].asked == [DataQuery("icpl.photos", MOMENT)]
    assert sources["fmip.devices"].asked == [DataQuery("fmip.devices")]


def test_a_date_for_what_has_none_is_refused_and_not_ignored(desk: PollDesk) -> None:
    query = DataQuery("mme_contacts.contacts", since=MOMENT)
    [error] = desk.run(PollRequest(data_types=(query,))).errors
    assert error.error == "invalid-parameter"


def test_a_target_named_twice_is_polled_once(desk: PollDesk, sources: dict[str, Source]) -> None:
    outcome = desk.run(PollRequest(data_types=queries("icpl.photos", "icpl.photos")))
    assert (len(outcome.results), len(sources["icpl.photos"].asked)) == (1, 1)
