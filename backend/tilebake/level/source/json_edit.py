"""Add, change or remove one member of a JSON object; the rest of its text stays as it was written."""

import json

from tilebake.level.source.json_positions import Spot, spots


def with_member(text: str, key: str, value: object) -> str:
    """Set a member in the text of an object: in place of the one of that key, or else as the last one.

    It is laid out as the members beside it are. `text` is sound JSON, an object with at least one member.
    """
    members = _members(text)
    if (own := members.get(key)) is not None:
        return text[: own.at] + _laid_out(value, _space_before(text, own)) + text[_end(text, own) :]
    last = [*members.values()][-1]
    space, end = _space_before(text, last), _end(text, last)
    member = f",{space or ' '}{json.dumps(key, ensure_ascii=False)}: {_laid_out(value, space)}"
    return text[:end] + member + text[end:]


def with_inner_member(text: str, key: str, inner: str, value: object) -> str:
    """Set a member of the object under a key of the outermost object, which is made if it is not there."""
    own = _members(text).get(key)
    if own is None or not _members(text[own.at : _end(text, own)]):
        return with_member(text, key, {inner: value})
    end = _end(text, own)
    return text[: own.at] + with_member(text[own.at : end], inner, value) + text[end:]


def without_inner_member(text: str, key: str, inner: str) -> str:
    """Remove a member of the object under a key of the outermost object, and that object with its last."""
    own = _members(text).get(key)
    if own is None or inner not in (members := _members(text[own.at : _end(text, own)])):
        return text
    if len(members) == 1:
        return without_member(text, key)
    end = _end(text, own)
    return text[: own.at] + without_member(text[own.at : end], inner) + text[end:]


def without_member(text: str, key: str) -> str:
    """Remove the member of a key, if there is one, from the text of an object that has others."""
    members = _members(text)
    if (own := members.get(key)) is None:
        return text
    order = [*members.values()]
    index = order.index(own)
    if index + 1 < len(order):
        return text[: own.key_at] + text[order[index + 1].key_at :]
    return text[: _end(text, order[index - 1])] + text[_end(text, own) :]


def _members(text: str) -> dict[str, Spot]:
    """Return the members of the outermost object, by their keys, in order."""
    return {str(spot.path[0]): spot for spot in spots(text) if len(spot.path) == 1}


def _end(text: str, member: Spot) -> int:
    """Return where a member's value ends."""
    return json.JSONDecoder().raw_decode(text, member.at)[1]


def _space_before(text: str, member: Spot) -> str:
    """Return the white space in front of a member's key, without empty lines."""
    before = text[: member.key_at]
    space = before[len(before.rstrip()) :]
    last = space.rfind("\n")
    return space[last - 1 if space[last - 1 : last] == "\r" else last :] if last >= 0 else space


def _laid_out(value: object, space: str) -> str:
    """Lay a value out over several lines where its member has a line of its own, indented as that is."""
    line_break, has_line, indent = space.rpartition("\n")
    if not has_line:
        return json.dumps(value, ensure_ascii=False)
    lines = json.dumps(value, ensure_ascii=False, indent=indent or 2).splitlines()
    return (("\r\n" if line_break.endswith("\r") else "\n") + indent).join(lines)
