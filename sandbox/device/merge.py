"""Merges a record from the server into the phone's copy, field by field.

| field                        | taken                                                        |
|------------------------------|--------------------------------------------------------------|
| equal on both sides          | the server's, nothing to send unless the own token is higher |
| with a token                 | the side with the higher token; missing on both: the server's |
| with equal tokens, edited    | own, under a token raised above both                         |
| with equal tokens, unedited  | own: whoever wrote did not raise the token; sent back        |
| without a token              | own if edited, else the server's                             |
| text document                | the union of characters, where the token was raised          |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sandbox.device import crdt, document, tokens
from sandbox.device.document import Document, DocumentError
from sandbox.device.own import TOKENS, Copy, Json, Own, plain
from sandbox.device.tokens import Token

DOCUMENTS = frozenset({"TitleDocument", "NotesDocument"})


class Choice(NamedTuple):
    """What becomes of a field: its wire form, whether to send it, whether to raise its token."""

    field: Json | None
    send: bool = False
    lift: bool = False


@dataclass(frozen=True, slots=True)
class Sides:
    """One field on both sides, with its tokens; `edited` tells of an unsent edit."""

    own: Json | None
    incoming: Json | None
    own_token: Token | None
    incoming_token: Token | None
    edited: bool

    @property
    def own_is_newer(self) -> bool:
        """Whether the own token is strictly higher."""
        return tokens.is_newer(self.own_token, self.incoming_token)

    @property
    def raised(self) -> bool:
        """Whether the server's side may be taken: a higher token, or none on either side."""
        if self.own_token is None and self.incoming_token is None:
            return True
        return tokens.is_newer(self.incoming_token, self.own_token)


def take(own: Own, item: Json) -> Copy:
    """Merge a live wire record and return the copy; fields to be sent back stay marked unsent."""
    name, fields = item["recordName"], item.get("fields", {})
    parent = (item.get("parent") or {}).get("recordName")
    copy = own.copies.get(name)
    if copy is None:
        tag = item["recordChangeTag"]
        copy = own.copies[name] = Copy(name, item["recordType"], dict(fields), parent, tag)
        return copy
    copy.tag = item["recordChangeTag"]
    if copy.doomed:
        return copy
    _merge_fields(own, copy, fields)
    if not copy.dirty & {"List", "ParentList"}:
        copy.parent = parent
    if not copy.dirty:
        own.pending.discard(name)
    return copy


def _merge_fields(own: Own, copy: Copy, fields: Json) -> None:
    ours, theirs = copy.tokens, tokens.read(plain(fields.get(TOKENS)))
    lifted: list[str] = []
    governed = False
    for name in sorted({*copy.fields, *fields} - {TOKENS}):
        mine, incoming = copy.fields.get(name), fields.get(name)
        if name not in copy.dirty and plain(mine) == plain(incoming):
            copy.fields[name] = incoming or {"value": None}
            continue
        key = tokens.key_of(copy.type, name)
        sides = Sides(
            mine,
            incoming,
            ours.get(key or ""),
            theirs.get(key or ""),
            name in copy.dirty,
        )
        choice = _choose(name, key, sides, own)
        copy.fields[name] = choice.field or {"value": None}
        copy.dirty.discard(name)
        if choice.send:
            own.mark(copy, name)
            governed = governed or key is not None
        if choice.lift:
            lifted.append(name)
    _merge_tokens(own, copy, fields, lifted)
    copy.dirty.discard(TOKENS)
    if governed:
        own.mark(copy, TOKENS)


def _merge_tokens(own: Own, copy: Copy, fields: Json, lifted: list[str]) -> None:
    ours, theirs = copy.tokens, tokens.read(plain(fields.get(TOKENS)))
    union = {
        key: newest
        for key in {**ours, **theirs}
        if (newest := tokens.higher(ours.get(key), theirs.get(key))) is not None
    }
    if union == theirs and not lifted:
        copy.fields[TOKENS] = fields.get(TOKENS, {"value": None})
        return
    own.write(copy, TOKENS, tokens.write(union))
    if lifted:
        own.raise_tokens(copy, lifted)


def _choose(name: str, key: str | None, sides: Sides, own: Own) -> Choice:
    if plain(sides.own) == plain(sides.incoming):
        return Choice(sides.incoming, send=sides.edited and sides.own_is_newer)
    if key is None:
        return Choice(sides.own, send=True) if sides.edited else Choice(sides.incoming)
    if name in DOCUMENTS and plain(sides.own) and plain(sides.incoming):
        return _choose_document(sides)
    if sides.raised:
        return Choice(sides.incoming)
    return Choice(sides.own, send=True, lift=sides.edited and not sides.own_is_newer)


def _choose_document(sides: Sides) -> Choice:
    if not sides.edited and not sides.raised:
        return Choice(sides.own, send=True)
    ours, theirs = _decoded(sides.own), _decoded(sides.incoming)
    if ours is None:
        return Choice(sides.incoming)
    if theirs is None:
        # A device shows a corrupt text as blank; only an edit of its own replaces it.
        return Choice(sides.own, send=True, lift=True) if sides.edited else Choice(sides.incoming)
    union = crdt.merge(ours, theirs)
    if crdt.same(union, theirs):
        return Choice(sides.incoming)
    if crdt.same(union, ours):
        return Choice(sides.own, send=True, lift=sides.edited and not sides.own_is_newer)
    field = {"value": document.encode(union), "type": "STRING"}
    return Choice(field, send=True, lift=True)


def _decoded(field: Json | None) -> Document | None:
    try:
        return document.decode(str(plain(field)))
    except DocumentError:
        return None
