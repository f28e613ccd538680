"""Who may enter where: enforces the policy every route declares; a route without one does not boot.

The policy of a route decides on roles; what an actor may see or do to one thing is decided by the module's
`visible_to` and `permissions`. A foreign thing answers as an unknown one: 404.
"""

import functools
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect

from kernel.actor import Actor
from kernel.errors import Forbidden, Refusal
from kernel.http import Policy
from web.identity import signed_in, stay_signed_in, uses_bearer_token
from web.repeats import answer_once

csrf = CSRFProtect()

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInFirst(Refusal):
    """Nobody is signed in, and this route is not public."""

    code = "sign_in_first"


class SecondFactorFirst(Forbidden):
    """Staff give their second factor before anything else."""

    code = "second_factor_first"


def register(app: Flask) -> None:
    """Put the guard before every view; called after all routes exist.

    Raises:
        RuntimeError: a route declares no policy.
    """
    bare = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "__policy__"))
    if bare:
        raise RuntimeError(f"routes without a policy: {', '.join(bare)}")
    for name, view in app.view_functions.items():
        app.view_functions[name] = _guarded(view)


def _guarded(view: Callable[..., Any]) -> Callable[..., Any]:
    rule: Policy = view.__policy__  # type: ignore[attr-defined]

    @functools.wraps(view)
    def enter(*args: Any, **kwargs: Any) -> Any:
        g.actor = _admit(rule)
        if request.method in _SAFE:
            return view(*args, **kwargs)
        return answer_once(g.actor, functools.partial(view, *args, **kwargs))

    return enter


def _admit(rule: Policy) -> Actor | None:
    checked = rule.csrf and current_app.config["WTF_CSRF_ENABLED"]  # off only in tests of other things
    if checked and request.method not in _SAFE and not uses_bearer_token():
        csrf.protect()
    if rule.public:
        return None
    found = signed_in()
    if found is None:
        raise SignInFirst()
    if found.second_factor_due and not rule.before_second_factor:
        raise SecondFactorFirst()
    if found.actor.role not in rule.roles:
        raise Forbidden()
    stay_signed_in()
    return found.actor


def sign_in_answer(refusal: Refusal) -> Response:
    """Send somebody to where the missing thing can be given, and back afterwards."""
    endpoint = "people.second_factor" if isinstance(refusal, SecondFactorFirst) else "people.sign_in"
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(endpoint, next=back))  # type: ignore[return-value]
