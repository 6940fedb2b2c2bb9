"""Which documents of a package refer to which, and an order in which what is referred to comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def groups(edges: Sequence[Sequence[int]]) -> list[list[int]]:
    """Positions in groups, those that are referred to first; a group of several refers to itself in a circle.

    ``edges[n]`` are the positions that position ``n`` refers to. Tarjan's algorithm (SIAM J. Comput. 1, 1972),
    without recursion.
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    waiting: set[int] = set()
    found: list[list[int]] = []
    for root in range(len(edges)):
        if root in index:
            continue
        work: list[tuple[int, Iterator[int]]] = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        waiting.add(root)
        while work:
            node, rest = work[-1]
            ahead = next((one for one in rest if one not in index or one in waiting), None)
            if ahead is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(_popped(stack, waiting, node))
            elif ahead in index:
                low[node] = min(low[node], index[ahead])
            else:
                index[ahead] = low[ahead] = len(index)
                stack.append(ahead)
                waiting.add(ahead)
                work.append((ahead, iter(edges[ahead])))
    return found


def edges(
    references: Sequence[Sequence[tuple[str, str]]], names: Mapping[tuple[str, str], int]
) -> list[list[int]]:
    """The positions that each document refers to; references to what is not in the package lead nowhere."""
    return [sorted({names[one] for one in found if one in names}) for found in references]


def _popped(stack: list[int], waiting: set[int], last: int) -> list[int]:
    group: list[int] = []
    while not group or group[-1] != last:
        group.append(stack.pop())
        waiting.discard(group[-1])
    return sorted(group)
