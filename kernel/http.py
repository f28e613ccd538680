"""What every view shares: the policy it declares, and who is asking. The only file of the kernel that knows Flask.

A view declares with `@policy(...)`; `web/guard.py` enforces, and refuses to boot when a route declares nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from kernel.actor import Actor, Role
from kernel.database import transaction
from kernel.errors import Invalid
from kernel.tables import write_csv

View = TypeVar("View", bound=Callable[..., Any])
Result = TypeVar("Result")

EVERYONE = frozenset(Role) - {Role.SYSTEM}
DESK = frozenset({Role.COORDINATOR})
STAFF_ROLES = frozenset({Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR})
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Policy:
    """Roles that may enter. `public`: everybody, signed in or not. `csrf` is off only for signed webhooks."""

    roles: frozenset[Role]
    public: bool = False
    csrf: bool = True
    before_second_factor: bool = False


def policy(
    *roles: Role | frozenset[Role], public: bool = False, csrf: bool = True, before_second_factor: bool = False
) -> Callable[[View], View]:
    """Declare who may enter a route. Stands directly under the route's own decorator."""
    named: set[Role] = set()
    for entry in roles:
        named |= {entry} if isinstance(entry, Role) else entry
    if public == bool(named):
        raise ValueError("a policy is either public or names roles")
    rule = Policy(frozenset(named), public, csrf, before_second_factor)

    def declare(view: View) -> View:
        view.__policy__ = rule  # type: ignore[attr-defined]
        return view

    return declare


def current_actor() -> Actor:
    """Return who asks. Only for routes whose policy is not public: the guard put the actor there."""
    actor: Actor = g.actor
    return actor


def accepted(form: Any, use_case: Callable[[], Result]) -> Result | None:
    """Run a use case with what a form holds; what is refused is said beside the fields, and nothing typed is lost.

    A form may say by `BESIDE` which of its fields stands for a name the use case uses. Returns None when it was
    refused; what the use case wrote until then is undone.
    """
    try:
        with transaction() as tx, tx.session.begin_nested():
            return use_case()
    except Invalid as refusal:
        say = current_app.extensions["sentence"]
        wrong = refusal.facts.get("fields") or {None: refusal.code}
        for known, code in wrong.items():
            name = getattr(form, "BESIDE", {}).get(known, known)
            target = form[name].errors if name and name in form else form.form_errors
            said = say(code if isinstance(code, str) else refusal.code, refusal.facts)
            if isinstance(target, list):
                target.append(said)
            else:
                form[name].errors = [*target, said]
        return None


def page_limit(default: int = 50) -> int:
    """Return how many items a list may hold: what `limit` asks for, within bounds."""
    asked = request.args.get("limit", default, type=int)
    return max(1, min(asked, MAX_PAGE))


def read_cursor() -> Any:
    """Return what the signed `cursor` of the request holds, or None.

    Raises: Invalid: it was not made here, or for another list.
    """
    if not (cursor := request.args.get("cursor")):
        return None
    try:
        return _signer().loads(cursor)
    except BadSignature as error:
        raise Invalid(fields={"cursor": "not_ours"}) from error


def make_cursor(value: Any) -> str:
    """Return `value` as a cursor that only we can make."""
    return str(_signer().dumps(value))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"cursor of {request.endpoint}")


def table_as_file(name: str, rows: Iterable[Iterable[object]]) -> Response:
    """Return a table as a CSV file to keep, its first row the head."""
    head = {"Content-Disposition": f"attachment; filename={name}.csv"}
    return Response(write_csv(rows), content_type="text/csv; charset=utf-8", headers=head)
