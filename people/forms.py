"""Shapes of the forms about persons. CSRF is checked by the guard, before any form."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from people.domain import LOCALES

REQUIRED = InputRequired(_("Vul dit in."))


class Form(FlaskForm):
    """A form of ours: the guard already checked where it came from."""

    class Meta:
        csrf = False


class SignInForm(Form):
    email = EmailField(_("E-mailadres"), [REQUIRED, Length(max=320)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _("Wachtwoord"), [REQUIRED, Length(max=1024)], render_kw={"autocomplete": "current-password"}
    )


class CodeForm(Form):
    code = StringField(
        _("Code van 6 cijfers"),
        [REQUIRED, Length(min=6, max=10)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class ResetForm(Form):
    email = EmailField(_("E-mailadres"), [REQUIRED, Length(max=320)], render_kw={"autocomplete": "username"})


class PasswordForm(Form):
    password = PasswordField(
        _("Nieuw wachtwoord"), [REQUIRED, Length(max=1024)], render_kw={"autocomplete": "new-password"}
    )


class ProfileForm(Form):
    name = StringField(_("Naam"), [REQUIRED, Length(max=200)], render_kw={"autocomplete": "name"})
    phone = TelField(_("Telefoon"), [Optional(), Length(max=40)], render_kw={"autocomplete": "tel"})
    locale = SelectField(_("Taal van het scherm"), choices=[SelectChoice(code, own) for code, own in LOCALES.items()])


class PersonForm(Form):
    name = StringField(_("Naam"), [REQUIRED, Length(max=200)])
    email = EmailField(_("E-mailadres"), [REQUIRED, Length(max=320)])
    role = SelectField(_("Rol"), choices=[])
    scope = SelectField(_("Bij"), choices=[])


class OrganisationForm(Form):
    name = StringField(_("Naam"), [REQUIRED, Length(max=200)])
    customer_code = StringField(_("Klantnummer"), [REQUIRED, Length(max=40)])
    sector = SelectField(_("Sector"), choices=[])
    agency = SelectField(_("Dienst"), choices=[], coerce=int)
    street = StringField(_("Straat en nummer"), [Optional(), Length(max=200)])
    postcode = StringField(_("Postcode"), [Optional(), Length(max=10)])
    municipality = StringField(_("Gemeente"), [REQUIRED, Length(max=100)])
