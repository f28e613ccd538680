"""Parents and children: a child that steps down from root and does not outlive whoever started it."""

import ctypes
import os
import pwd
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(wish: signal.Signals, user: pwd.struct_passwd | None = None) -> Callable[[], None]:
    """Return what a child does before it becomes its program: take `user`'s rights, and get `wish` when we die."""
    parent = os.getpid()

    def become() -> None:
        if user is not None:
            os.initgroups(user.pw_name, user.pw_gid)
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        _libc.prctl(_PR_SET_PDEATHSIG, wish)  # after the change of user, which clears it
        if os.getppid() != parent:
            os._exit(1)

    return become
