"""When a media node takes nobody new: only where one more would be felt by those who are there."""

import pytest

from media.load import is_busy


@pytest.mark.parametrize(
    ("late_ms", "share", "busy"),
    [
        (0, 0.0, False),
        (5, 0.69, False),
        (5, 0.71, True),  # its core is nearly full
        (25, 0.5, True),  # late, by its own work
        (25, 0.1, False),  # late for others on the machine: turning somebody away helps nobody
        (900, 0.0, False),
    ],
)
def test_a_node_is_busy_by_its_own_work_alone(late_ms: float, share: float, busy: bool) -> None:
    assert is_busy(late_ms / 1000, share) is busy
