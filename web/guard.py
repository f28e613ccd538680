"""Who may enter where: every route declares its policy, and a route without one does not boot.

The policy of a route decides on roles; what an actor may see or do to one thing is decided by the module's
`visible_to` and `permissions`. A foreign thing answers as an unknown one: 404.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect

from kernel.actor import Actor, Role
from kernel.errors import Forbidden, Refusal
from web.identity import signed_in, uses_bearer_token
from web.repeats import answer_once

csrf = CSRFProtect()

EVERYONE = frozenset(Role) - {Role.SYSTEM}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInFirst(Refusal):
    """Nobody is signed in, and this route is not public."""

    code = "sign_in_first"


class SecondFactorFirst(Forbidden):
    """Staff give their second factor before anything else."""

    code = "second_factor_first"


@dataclass(frozen=True, slots=True)
class Policy:
    """Roles that may enter. `public`: everybody, signed in or not. `csrf` is off only for signed webhooks."""

    roles: frozenset[Role]
    public: bool = False
    csrf: bool = True
    before_second_factor: bool = False


def policy(
    *roles: Role | frozenset[Role], public: bool = False, csrf: bool = True, before_second_factor: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare and enforce who may enter a route. Stands directly under the route's own decorator."""
    named: set[Role] = set()
    for entry in roles:
        named |= {entry} if isinstance(entry, Role) else entry
    rule = Policy(frozenset(named), public, csrf, before_second_factor)
    if public == bool(rule.roles):
        raise ValueError("a policy is either public or names roles")

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def enter(*args: Any, **kwargs: Any) -> Any:
            actor = _admit(rule)
            if request.method in _SAFE:
                return view(*args, **kwargs)
            return answer_once(actor, functools.partial(view, *args, **kwargs))

        enter.__policy__ = rule  # type: ignore[attr-defined]
        return enter

    return guard


def _admit(rule: Policy) -> Actor | None:
    if rule.csrf and request.method not in _SAFE and not uses_bearer_token():
        csrf.protect()
    found = signed_in()
    if rule.public:
        return found.actor if found else None
    if found is None:
        raise SignInFirst()
    if found.second_factor_due and not rule.before_second_factor:
        raise SecondFactorFirst()
    if found.actor.role not in rule.roles:
        raise Forbidden()
    return found.actor


def register(app: Flask) -> None:
    """Install the guard; called after all routes exist.

    Raises:
        RuntimeError: a route has no policy.
    """
    bare = [rule.rule for rule in app.url_map.iter_rules() if not _has_policy(app, rule.endpoint)]
    if bare:
        raise RuntimeError(f"routes without a policy: {', '.join(sorted(bare))}")


def _has_policy(app: Flask, endpoint: str) -> bool:
    return hasattr(app.view_functions[endpoint], "__policy__")


def sign_in_answer(refusal: Refusal) -> Response:
    """Send somebody to where the missing thing can be given, and back afterwards."""
    endpoint = "people.second_factor" if isinstance(refusal, SecondFactorFirst) else "people.sign_in"
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(endpoint, next=back))  # type: ignore[return-value]
