"""F17: nobody learns anything of an enterprise by the path of another, and readers and writers do not wait."""

import itertools

import pytest

from authz_service.domain.moments import Period, now
from authz_service.domain.records import AgentRecord
from authz_service.services.administration.administration import Administration
from authz_service.services.administration.filters import AccountFilter
from authz_service.services.administration.views import Refused
from authz_service.store.writing import Recorder
from tests.services.administration.conftest import Office
from tests.services.administration.telling import told
from tests.support.door import NISS, NUMBER, person

CAPACITIES = (
    "alpha.nsso",
    "alpha.finance",
    "kappa.nsso",
    "delta.nsso",
    "omega.provider",
    "epsilon.flanders",
    "eta.nsso",
)
ENTERPRISES = ("alpha", "kappa", "delta", "omega", "epsilon", "eta", "beta")


@pytest.mark.parametrize("enterprise", ENTERPRISES)
def test_for_everybody_a_path_shows_capacities_of_its_own_enterprise_only(
    reading: Administration, enterprise: str
) -> None:
    for name in NISS:
        actor = person(name, enterprise)
        shown = reading.enterprise(actor)
        assert shown is None or isinstance(shown, Refused) or shown.number == NUMBER[enterprise]
        if shown is not None and not isinstance(shown, Refused):
            assert all(capacity.enterprise_number == NUMBER[enterprise] for capacity in shown.capacities)
        for capacity_id in CAPACITIES:
            if not capacity_id.startswith(f"{enterprise}."):
                assert reading.capacity(actor, capacity_id) is None


def test_whoever_is_registered_in_no_role_of_an_enterprise_is_shown_nothing_of_it(reading: Administration) -> None:
    for name, enterprise in itertools.product(("frank", "milan", "carla", "willa", "umar", "ines"), ENTERPRISES):
        registered = {each.number for each in told(reading.own_enterprises(person(name)))}
        if NUMBER[enterprise] in registered:
            continue
        actor = person(name, enterprise)
        assert isinstance(reading.enterprise(actor), Refused)
        assert isinstance(reading.chief(actor), Refused)
        for capacity_id in (each for each in CAPACITIES if each.startswith(f"{enterprise}.")):
            assert isinstance(reading.capacity(actor, capacity_id), Refused)
            assert isinstance(reading.users(actor, capacity_id, AccountFilter(), 1, 20), Refused)
            assert isinstance(reading.export(actor, capacity_id), Refused)
            assert isinstance(reading.access_manager(actor, capacity_id), Refused)


def test_a_role_in_one_enterprise_shows_nothing_by_the_path_of_another(reading: Administration) -> None:
    """A user of kappa who manages alpha's capacity sees no list in kappa (GGA-CAM-10)."""
    assert told(reading.users(person("frank", "alpha"), "alpha.nsso", AccountFilter(), 1, 20)).total
    assert isinstance(reading.users(person("frank", "kappa"), "kappa.nsso", AccountFilter(), 1, 20), Refused)
    assert reading.users(person("frank", "kappa"), "alpha.nsso", AccountFilter(), 1, 20) is None


def test_everything_is_read_while_somebody_writes_and_as_it_was_before(office: Office) -> None:
    frank = person("frank", "alpha")
    with Recorder(office.door.reference.database) as recorder:
        recorder.record([AgentRecord("agent_9", "Contact Centre", Period(now()))], [])
        assert told(office.read.users(frank, "alpha.nsso", AccountFilter(), 1, 20)).total == 7
        assert told(office.read.own_details(person("frank"))).first_name == "Frank"
        assert told(office.read.enterprise(frank)).number == NUMBER["alpha"]
        assert told(office.read.chief(person("carla", "alpha"))).first_name == "Carla"
        assert office.read.my_actions(frank, "alpha.nsso") is not None
        assert len(list(told(office.read.export(frank, "alpha.nsso")))) == 7
