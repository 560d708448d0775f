"""Reads the YAML of a config, and refuses what would take the memory or the time of the machine.

An anchor can stand for a list of anchors, and so on: a few lines can come to billions of values.
"""

from __future__ import annotations

from typing import Any

import yaml

__all__ = ["TooMuch", "read_yaml"]

_LONGEST = 256 * 1024  # characters; the example, which has every key, has 12 thousand
_MOST_BRACKETS = 1_000  # PyYAML takes a time that is the square of how many stay open
_MOST_VALUES = 20_000  # with each anchor counted wherever it is named
_TOO_DEEP = "its brackets are nested too deep, or there are too many"


class TooMuch(ValueError):
    """It may be YAML, but is larger or deeper than any config; says so in a few words."""


def read_yaml(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes of ``text``, which know their lines, and its plain value; both None without any.

    Raises ``yaml.YAMLError``, ``TooMuch``, and ``ValueError`` for a value that cannot be, such as
    the date 2026-02-31.
    """
    if len(text) > _LONGEST:
        raise TooMuch(f"it is longer than {_LONGEST // 1024} KiB")
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        raise TooMuch(_TOO_DEEP)
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, None
        _check_size(node)
        return node, loader.construct_document(node)
    except RecursionError:
        raise TooMuch(_TOO_DEEP) from None
    finally:
        loader.dispose()


def _check_size(root: yaml.Node) -> None:
    """Count what stands below; a node that is part of itself is counted once on each way down."""
    count = 0
    waiting: list[tuple[yaml.Node, frozenset[int]]] = [(root, frozenset())]
    while waiting:
        node, above = waiting.pop()
        count += 1
        if count > _MOST_VALUES:
            raise TooMuch(f"with its anchors it has more than {_MOST_VALUES:,} values")
        if id(node) in above or not isinstance(node, yaml.CollectionNode):
            continue
        within = above | {id(node)}
        is_mapping = isinstance(node, yaml.MappingNode)
        below = (one for pair in node.value for one in pair) if is_mapping else node.value
        waiting += ((one, within) for one in below)
