"""What callers and interpreters hear, in Dutch (B1), spoken by the carrier's voice until the agency records its own."""

from collections.abc import Sequence

from media.call.domain import Prompt

OFFERED = "Tolkentelefoon, een gesprek {language}. Druk 1 om het aan te nemen, of 2 als u niet kan."
TAKEN = "Het gesprek is al aangenomen door een collega. Dank u wel om te reageren."
TOO_LATE = "Dit gesprek is niet meer vrij. Dank u wel om te reageren."
DECLINED = "Dank u wel. Tot een volgende keer."
CONNECTING = "Verbonden."
WAITING = "Een ogenblik, we zoeken een tolk voor u. U blijft in de wachtrij."
INVITED = "Goedendag. U wordt gebeld voor een gesprek met een tolk. Druk 1 om deel te nemen."
CALLED_BACK = "Goedendag, hier de tolkentelefoon. Uw tolk is er. Druk 1 om te beginnen."
RESERVED = "Goedendag, hier de tolkentelefoon, voor uw gesprek met een tolk. Druk 1 om te beginnen."
BYE = "Het gesprek is voorbij. Dank u wel en tot ziens."
DESK_RING = "Een klant wacht langer dan twee minuten op een tolk. Druk 1 om mee te luisteren en te helpen."
NO_DESK = "Er is nu geen medewerker bereikbaar. Probeer het later opnieuw, of kijk op de website. Tot ziens."
NO_SERVICE = "Dit nummer is nu niet bereikbaar. Probeer later opnieuw, of reserveer een tolk op de website."

_SERVICE = (
    "Bent u samen met uw cliënt? Druk 1: we zoeken meteen een tolk. "
    "Moet uw cliënt ook gebeld worden? Druk 2. "
    "Wilt u een tolk op een ander moment? Druk 3. Een andere taal? Druk 9."
)
_CHOICE = (
    "We hebben nog geen tolk gevonden. Druk 1 om te wachten. {call_back}"
    "Druk 3 om met een medewerker een ander moment te kiezen. Druk 4 voor een andere taal."
)
_CALL_BACK = "Druk 2: we bellen u terug zodra er een tolk is. "
_SENTENCES = {
    Prompt.LANGUAGE_NAME: "Zeg de naam van de taal, in het Nederlands. Druk 0 voor een medewerker.",
    Prompt.SERVICE: _SERVICE,
    Prompt.NUMBER: "Toets het telefoonnummer van uw cliënt en sluit af met een hekje.",
    Prompt.WAIT: WAITING,
    Prompt.TALK: CONNECTING,
    Prompt.CALL_BACK: "We zoeken verder en bellen u terug zodra er een tolk is. Tot straks.",
    Prompt.DESK: "U wordt doorverbonden met een medewerker.",
    Prompt.NOBODY: "Er is nu geen tolk vrij. Het spijt ons. Op de website kan u een tolk reserveren. Tot ziens.",
    Prompt.REFUSED: "Uw organisatie kan deze dienst nu niet gebruiken. Neem contact op met de dienst. Tot ziens.",
    Prompt.BYE: BYE,
}
_AGAIN = "Dat hebben we niet begrepen. "


def sentence(prompt: Prompt, choices: Sequence[str] = (), *, again: bool = False, can_call_back: bool = True) -> str:
    """Return what a caller hears at a question; `choices` are names of languages, in order of their keys."""
    start = _AGAIN if again else ""
    if prompt is Prompt.CODE:
        greeting = "" if again else "Welkom bij de tolkentelefoon. "
        return f"{start}{greeting}Toets de klantcode van uw organisatie en sluit af met een hekje."
    if prompt is Prompt.LANGUAGE:
        keys = " ".join(f"Voor {name}, druk {key}." for key, name in enumerate(choices, start=1))
        return f"{start}Welke taal hebt u nodig? {keys} Voor een andere taal, druk 9. Voor een medewerker, druk 0."
    if prompt is Prompt.CHOICE:
        return _CHOICE.format(call_back=_CALL_BACK if can_call_back else "")
    return start + _SENTENCES[prompt]
