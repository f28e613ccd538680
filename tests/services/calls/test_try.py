from tests.builders.telephone import *
from tests.builders.carrier.people import presses, always


def test_try(house):
    with a_telephone_house(house) as it:
        world = TelephoneWorld(it, 3, hears=always("Druk 1 om het aan te nemen", "1"))
        for n, w in enumerate((6.0, 4.0, 9.0)):
            it.exchange.phones[f"+32470{n:06d}"].picks_up = w
        hears = presses(("klantcode", world.code), ("naam van de taal", "say Arabisch."), ("Bent u samen", "1"))
        call = it.dial("+32475111111", hears=hears, hangs_up=420.0)
        it.run(600)
        print(it.transcript)
        print(db.session.execute(text("select id,status,outcome from requests")).all())
        print(
            db.session.execute(
                text("select id,status,began_at,over_at,disturbance_minutes,connect_seconds from conversations")
            ).all()
        )
        print(db.session.execute(text("select * from performances")).all())
        print(db.session.execute(text("select id,role,status,result,who,interpreter_id from call_legs")).all())
        print(it.exchange.violations)
        assert 0
