"""Pages to get in and out, and of who there is."""

import io
from datetime import timedelta

import segno
from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from kernel.actor import Role
from kernel.http import EVERYONE, current_actor, make_cursor, policy, read_cursor
from people import queries, services
from people.domain import LOCALES, device, hash_secret, new_secret, normalised_email
from people.forms import CodeForm, PasswordForm, PersonForm, ProfileForm, ResetForm, SignInForm

pages = Blueprint("people", __name__)

HOME = {
    Role.REQUESTER: "booking.index",
    Role.INTERPRETER: "fieldwork.index",
    Role.COORDINATOR: "desk.board",
    Role.MANAGER: "reports.index",
    Role.ADMINISTRATOR: "people.index",
}
_PAGE = 50
# A browser in which somebody signed in before: who guesses elsewhere does not lock it out. Kept a year.
_BROWSER, _BROWSER_KEPT = "tolkdienst_browser", timedelta(days=365)


@pages.get("/")
@policy(EVERYONE)
def home() -> Answer:
    """Send everybody to where their work is."""
    return redirect(url_for(HOME[current_actor().role]))


@pages.route("/sign-in", methods=["GET", "POST"])
@policy(public=True)
def sign_in() -> str | Answer:
    """Let somebody in by address and password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form)
    email, agent = form.email.data or "", request.user_agent.string
    near = {"network": request.remote_addr or "", "browser": _known_browser(email)}
    _begin(services.sign_in(email, form.password.data or "", user_agent=agent, **near))
    answer = redirect(_own_path(request.args.get("next")) or url_for(".home"))
    _remember_browser(answer, email)
    return answer


@pages.post("/sign-out")
@policy(EVERYONE, before_second_factor=True)
def sign_out() -> Answer:
    """End this session, or with `everywhere` all of them."""
    services.sign_out(session.get("secret", ""), by=current_actor(), everywhere="everywhere" in request.form)
    session.clear()
    return redirect(url_for(".sign_in"))


@pages.route("/second-factor", methods=["GET", "POST"])
@policy(EVERYONE, before_second_factor=True)
def second_factor() -> str | Answer:
    """Ask for the second factor; somebody without one sets it up here."""
    form, actor = CodeForm(), current_actor()
    has_one = queries.find_person(actor.person_id or 0).totp_confirmed_at is not None
    if not form.validate_on_submit():
        return render_template("people/second_factor.html", form=form, has_one=has_one)
    use_case = services.verify_second_factor if has_one else services.confirm_second_factor
    use_case(form.code.data or "", by=actor, secret=session.get("secret", ""), network=request.remote_addr or "")
    return redirect(_own_path(request.args.get("next")) or url_for(".home"))


@pages.get("/second-factor/code.svg")
@policy(EVERYONE, before_second_factor=True)
def second_factor_code() -> Response:
    """Show what an authenticator app scans, until the factor is confirmed."""
    picture = io.BytesIO()
    segno.make(services.prepare_second_factor(by=current_actor())).save(picture, kind="svg", scale=5, border=2)
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@pages.route("/password", methods=["GET", "POST"])
@policy(public=True)
def ask_password() -> str | Answer:
    """Ask for a link to choose a new password; the answer is the same for every address."""
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("people/ask_password.html", form=form)
    services.ask_link(form.email.data or "", network=request.remote_addr or "")
    flash(_("Als we dit adres kennen, kreeg u net een bericht met een link. Die werkt een kwartier."))
    return redirect(url_for(".sign_in"))


@pages.route("/password/<secret>", methods=["GET", "POST"])
@policy(public=True)
def choose_password(secret: str) -> str | Answer:
    """Choose a password by a one-time link; only the POST uses it up."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("people/choose_password.html", form=form)
    services.choose_password(secret, form.password.data or "")
    flash(_("Uw wachtwoord is veranderd. U kunt zich nu aanmelden."))
    return redirect(url_for(".sign_in"))


@pages.post("/language")
@policy(public=True)
def choose_language() -> Answer:
    """Read the pages in another language from now on."""
    if (chosen := request.form.get("locale", "")) in LOCALES:
        session["locale"] = chosen
    return _back()


@pages.post("/me/language")
@policy(EVERYONE)
def keep_language() -> Answer:
    """Read the pages and get messages in another language from now on, on every device."""
    if (chosen := request.form.get("locale", "")) in LOCALES:
        services.choose_language(chosen, by=current_actor())
        session.pop("locale", None)
    return _back()


@pages.route("/me", methods=["GET", "POST"])
@policy(EVERYONE)
def me() -> str | Answer:
    """Show and change one's own details."""
    actor = current_actor()
    person = queries.find_person(actor.person_id or 0)
    form = ProfileForm(obj=person)
    if form.validate_on_submit():
        values = {"name": form.name.data or "", "phone": form.phone.data or None, "locale": form.locale.data}
        services.change_profile(by=actor, **values)
        session.pop("locale", None)
        flash(_("Bewaard."))
        return redirect(url_for(".me"))
    roles = list(dict.fromkeys(it.role for it in queries.memberships_of(person.id)))
    this = hash_secret(session.get("secret", ""))
    sessions = [(it, device(it.user_agent), it.secret_hash == this) for it in queries.sessions_of(person.id)]
    return render_template("people/me.html", form=form, person=person, roles=roles, sessions=sessions)


@pages.post("/me/role")
@policy(EVERYONE)
def choose_role() -> Answer:
    """Act in another of one's own roles."""
    role, secret = request.form.get("role", ""), session.get("secret", "")
    secret = services.choose_role(role, by=current_actor(), secret=secret)
    _begin(secret)
    return redirect(url_for(".home"))


@pages.post("/me/sessions/<id:session_id>/end")
@policy(EVERYONE)
def end_session(session_id: int) -> Answer:
    """End one of one's own sessions."""
    services.end_session(session_id, by=current_actor())
    flash(_("Die sessie is beëindigd."))
    return redirect(url_for(".me"))


@pages.get("/people")
@policy(Role.ADMINISTRATOR)
def index() -> str:
    """List the people of one's agencies."""
    words = request.args.get("q", "")[:100]
    found = queries.list_people(current_actor(), words, after=read_cursor() or 0, limit=_PAGE + 1)
    cursor = make_cursor(found[_PAGE - 1].id) if len(found) > _PAGE else None
    roles = {it.id: queries.memberships_of(it.id) for it in found[:_PAGE]}
    return render_template("people/index.html", people=found[:_PAGE], roles=roles, words=words, cursor=cursor)


@pages.route("/people/new", methods=["GET", "POST"])
@policy(Role.ADMINISTRATOR)
def new() -> str | Answer:
    """Add a person with a role, and send an invitation."""
    form, actor = _person_form(), current_actor()
    if not form.validate_on_submit():
        return render_template("people/new.html", form=form)
    kind, _sep, number = (form.scope.data or "").partition(":")
    person_id = services.find_or_add_person(form.name.data or "", form.email.data or "", by=actor)
    services.give_role(person_id, Role(form.role.data), by=actor, **{kind: int(number)})
    services.make_link(form.email.data or "", "invite", by=actor)
    flash(_("Toegevoegd. De uitnodiging is onderweg."))
    return redirect(url_for(".index"))


@pages.post("/people/<id:person_id>/deactivate")
@policy(Role.ADMINISTRATOR)
def deactivate(person_id: int) -> Answer:
    """Keep somebody out from now on."""
    services.deactivate_person(person_id, by=current_actor())
    flash(_("Deze persoon kan zich niet meer aanmelden."))
    return redirect(url_for(".index"))


def _person_form() -> PersonForm:
    form, actor = PersonForm(), current_actor()
    agencies = [SelectChoice(f"agency_id:{it.id}", it.name) for it in queries.list_agencies(actor)]
    organisations = [
        SelectChoice(f"organisation_id:{it.id}", it.name) for it in queries.list_organisations(actor, limit=1000)
    ]
    form.scope.choices = agencies + organisations
    roles = (Role.REQUESTER, Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
    form.role.choices = [SelectChoice(it.value, it.value) for it in roles]
    return form


def _begin(secret: str) -> None:
    """Begin a session in this browser; nothing of what was there before survives."""
    locale = session.get("locale")
    session.clear()
    session["secret"] = secret
    session.permanent = True
    if locale:
        session["locale"] = locale


def _known_browser(email: str) -> str | None:
    """Return the name of this browser if somebody entered this very account with it before."""
    try:
        account, name = _browsers().loads(request.cookies.get(_BROWSER, ""))
    except BadSignature:
        return None
    return str(name) if account == _account(email) else None


def _remember_browser(answer: Answer, email: str) -> None:
    name = _known_browser(email) or new_secret()
    kept = str(_browsers().dumps([_account(email), name]))
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(_BROWSER, kept, max_age=_BROWSER_KEPT, httponly=True, samesite="Lax", secure=secure)


def _account(email: str) -> str:
    return hash_secret(normalised_email(email)).hex()


def _browsers() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="known browser")


def _back() -> Answer:
    came_from = request.referrer or ""
    return redirect(came_from if came_from.startswith(request.host_url) else url_for(".home"))


def _own_path(target: str | None) -> str | None:
    """Return `target` if it is a path of ours, never another site's address in disguise."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    return None if any(ord(char) < 33 for char in target) else target
