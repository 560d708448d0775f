"""Packing: nothing before what it needs, nothing torn apart, in few requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.order import LIMIT, pack


@dataclass(frozen=True)
class Some:
    """A group of ``size`` operations."""

    name: str
    size: int = 1
    rank: int = 2
    needs: frozenset[str] = frozenset()
    deletes: bool = False
    also: frozenset[str] = field(default_factory=frozenset)

    @property
    def operations(self) -> Sequence[Mapping[str, Any]]:
        return [{"of": self.name}] * self.size

    @property
    def creates(self) -> frozenset[str]:
        return frozenset({self.name}) | self.also


class Needs(frozenset[str]):
    """Needs that know with what they were compared."""

    against: list[object]

    def __and__(self, other: object) -> Needs:
        return self

    def __sub__(self, other: object) -> Needs:
        return self

    def __le__(self, other: object) -> bool:
        self.against.append(other)
        return True


def real_mix(random: Random, count: int) -> list[Some]:
    """Lists, plain and timed reminders, subtasks of either, updates, deletions; shuffled."""
    lists = [Some(f"list{n}", rank=1) for n in range(3)]
    parents, groups = [], list(lists)
    for n in range(count):
        owner = random.choice(lists).name
        kind = random.randrange(5)
        if kind < 2:  # plain, or timed with an alarm and its trigger
            parents.append(Some(f"r{n}", 1 + 2 * kind, needs=frozenset({owner})))
            groups.append(parents[-1])
        elif kind == 2 and parents:
            needs = frozenset({owner, random.choice(parents).name})
            groups.append(Some(f"s{n}", random.choice((1, 3)), rank=3, needs=needs))
        elif kind == 3:
            groups.append(Some(f"u{n}", rank=4, needs=frozenset({"known before"})))
        else:
            groups.append(Some(f"d{n}", rank=random.choice((5, 6, 7)), deletes=True))
    random.shuffle(groups)
    return groups


def test_what_was_created_is_not_copied_for_each_group() -> None:
    """Or a hundred thousand groups would take as many copies of a hundred thousand names."""
    Needs.against = []
    pack([Some(f"r{n}", needs=Needs({"list"})) for n in range(5)])
    assert len({id(one) for one in Needs.against}) == 1
    assert Needs.against[0] == {f"r{n}" for n in range(5)}


@given(st.integers(0, 2**32).map(Random), st.integers(0, 700))
def test_packing_keeps_every_rule(random: Random, count: int) -> None:
    groups = real_mix(random, count)
    requests = pack(groups)
    sent = [group for request in requests for group in request.groups]
    assert sorted(g.name for g in sent) == sorted(g.name for g in groups)
    made: set[str] = set()
    coming = {name for group in groups for name in group.creates}
    for group in sent:
        assert group.needs & coming <= made
        made |= group.creates
    for request in requests:
        assert sum(group.size for group in request.groups) <= LIMIT
        assert {group.size > 1 for group in request.groups} == {request.atomic}
    deleting = [group.deletes for group in sent]
    assert deleting == sorted(deleting)
    ranks = [group.rank for group in sent if group.deletes]
    assert ranks == sorted(ranks)
    assert len(requests) <= ceil(sum(group.size for group in groups) / LIMIT) + 2


def test_a_group_is_never_split() -> None:
    requests = pack([Some("a", 150), Some("b", 51), Some("c", 50)])
    assert [[group.name for group in request.groups] for request in requests] == [["a"], ["b", "c"]]


@pytest.mark.parametrize(("size", "fits"), [(LIMIT, True), (LIMIT + 1, False)])
def test_a_group_has_to_fit(size: int, fits: bool) -> None:
    if fits:
        assert len(pack([Some("a", size)])) == 1
    else:
        with pytest.raises(ValueError, match="exceeds 200"):
            pack([Some("a", size)])


def test_a_circle_of_needs_is_sent_last_as_it_came() -> None:
    one, other = Some("a", needs=frozenset({"b"})), Some("b", needs=frozenset({"a"}))
    (first, *rest) = pack([one, other, Some("c", 2)])
    assert [group.name for group in first.groups] == ["c"]
    assert [group.name for request in rest for group in request.groups] == ["a", "b"]


def test_nothing_is_no_request() -> None:
    assert pack([]) == []
