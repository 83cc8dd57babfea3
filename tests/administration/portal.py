"""People who use the administration over HTTP, as a portal would have them do, and the questions portals ask beside."""

import http.client
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from authz_service.domain.identifiers import Niss
from authz_service.identity.development import DevelopmentIssuer
from tests.administration.story_world import capacity_of, niss_of, number_of
from tests.support.service import Service

BASE: Final = "/accessManagement/v1"
PUBLIC_URL: Final = "https://authz.example.org"
TELEPHONE: Final = "+3225096111"
DECLARATION: Final = "2018-07"
HOUR: Final = 3600
DELIVERY_SECONDS: Final = 20


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the content, which must be JSON."""
        assert self.headers["content-type"] in {"application/json", "application/problem+json"}, self
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The last part of the type of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self
        content = self.json()
        assert content["status"] == self.status
        kind: str = content["type"]
        return kind.rpartition(":")[2]

    @property
    def reasons(self) -> list[str]:
        """Why the policy says no."""
        reasons: list[str] = self.json()["reasons"]
        return reasons

    @property
    def made(self) -> str:
        """The path of what was made, below the API's own."""
        assert self.status == 201, self
        return urlsplit(self.headers["location"]).path.removeprefix(BASE)

    @property
    def made_id(self) -> str:
        """The id of what was made."""
        return self.made.rpartition("/")[2]


@dataclass(frozen=True)
class Town:
    """A service with the world of the stories. `issuer`: of the tokens that people come with."""

    service: Service
    issuer: DevelopmentIssuer
    mail_folder: Path

    def firm(self, name: str) -> "Firm":
        """Return a firm of this town."""
        return Firm(self, name)

    def ask(self, question: Mapping[str, Any]) -> bool:
        """Put a question to the decision endpoint, as a portal does."""
        headers = {"Authorization": f"Bearer {self.service.key}"}
        answer = self.send("POST", "/access/v1/evaluation", json.dumps(question).encode(), headers)
        assert answer.status == 200, answer
        decision: bool = answer.json()["decision"]
        return decision

    def mails(self) -> list[EmailMessage]:
        """Return the mails that are delivered, in no order."""
        files = sorted(self.mail_folder.glob("**/*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send a request to the service, on a connection of its own."""
        connection = http.client.HTTPConnection(urlsplit(self.service.base_url).netloc, timeout=20)
        try:
            connection.request(
                method, path, body, {**({} if body is None else {"Content-Type": "application/json"}), **headers}
            )
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Firm:
    """A firm that a story is about."""

    town: Town
    name: str

    @property
    def number(self) -> str:
        """The enterprise number."""
        return number_of(self.name)

    def ssin(self, name: str) -> str:
        """Return the national number of somebody of the firm."""
        return niss_of(self.name, name)

    def capacity(self, kind: str) -> str:
        """Return the id of a capacity: nsso, social or finance."""
        return capacity_of(self.name, kind)

    def path(self, *parts: str) -> str:
        """Return the path of something of the firm, below the API's own."""
        return "/".join(["/enterprises", self.number, *map(quote, parts)])

    def at(self, kind: str, *parts: str) -> str:
        """Return the path of something of a capacity."""
        return self.path("capacities", self.capacity(kind), *parts)

    def visitor(self, name: str, means: str = "eid") -> "Visitor":
        """Return somebody of the firm, logged in."""
        token = self.town.issuer.person(Niss(self.ssin(name)), means, HOUR)
        return Visitor(self, name, means, token)

    def visitors(self, *names: str) -> tuple["Visitor", ...]:
        """Return several people of the firm, logged in."""
        return tuple(self.visitor(name) for name in names)

    def with_chief(self, name: str) -> "Visitor":
        """Have the representative name the GAP, who then logs in for the first time; return him."""
        assert self.visitor("margaux").designates(name).status == 201
        chief = self.visitor(name)
        assert chief.get(self.path()).status == 200
        return chief

    def mails(self, count: int) -> list[tuple[str, str]]:
        """Return to which mailboxes mails about this firm were sent, and their subjects; waits until there are so many."""
        deadline = time.monotonic() + DELIVERY_SECONDS
        while len(found := self._delivered()) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _delivered(self) -> list[tuple[str, str]]:
        found = [mail for mail in self.town.mails() if str(mail["To"]).endswith(f"@{self.domain}")]
        return sorted((str(mail["To"]).partition("@")[0], str(mail["Subject"])) for mail in found)

    @property
    def domain(self) -> str:
        """The domain of its e-mail addresses."""
        return f"{self.name.lower()}.example"

    def address(self, name: str) -> str:
        """Return an e-mail address of the firm; mailboxes have plain names."""
        return f"{name.replace('é', 'e')}@{self.domain}"


@dataclass(frozen=True)
class Visitor:
    """Somebody of a firm who is logged in; paths are below the API's own."""

    firm: Firm
    name: str
    means: str
    token: str = field(repr=False)

    # --- the administration -------------------------------------------------------------------------------------------

    def get(self, path: str, **query: str) -> Answer:
        """Read something. `query`: its parameters."""
        return self._send("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def post(self, path: str, body: Mapping[str, Any], **headers: str) -> Answer:
        """Have something made or done. `headers`: `idempotency_key` is Idempotency-Key."""
        return self._send("POST", path, body, **headers)

    def put(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Have something set."""
        return self._send("PUT", path, body, **headers)

    def patch(self, path: str, body: Mapping[str, Any], **headers: str) -> Answer:
        """Have something changed."""
        return self._send("PATCH", path, body, content_type="application/merge-patch+json", **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        """Have something ended."""
        return self._send("DELETE", path, None, **headers)

    def designation_of(self, name: str, **more: Any) -> dict[str, Any]:
        """Return the form that names a GAP: oneself, or somebody else of the firm, with all that is asked for."""
        if name == self.name:
            who: dict[str, Any] = {"candidate": {"oneself": True}}
        else:
            requester = {"email": self.firm.address(self.name), "telephone": TELEPHONE}
            who = {"candidate": {"ssin": self.firm.ssin(name)}, "requester": requester}
        reached = {"email": self.firm.address("direction"), "telephone": TELEPHONE}
        return {**who, **reached, "confirmed": True, "declaration": DECLARATION, **more}

    def preview_of(self, name: str) -> Answer:
        """Have shown what is to be confirmed before somebody is named GAP."""
        form = self.designation_of(name)
        asked = {member: value for member, value in form.items() if member not in {"confirmed", "declaration"}}
        return self.post(self.firm.path("chiefAccessManagerDesignations", "preview"), asked)

    def designates(self, name: str, **more: Any) -> Answer:
        """Name the GAP."""
        return self.post(self.firm.path("chiefAccessManagerDesignations"), self.designation_of(name, **more))

    def holder(self, name: str, **more: Any) -> dict[str, Any]:
        """Return the form that gives somebody of the firm a record in a capacity."""
        return {"ssin": self.firm.ssin(name), "email": self.firm.address(name), **more}

    def creates(self, name: str, kind: str = "nsso", **more: Any) -> Answer:
        """Create a user in a capacity."""
        return self.post(self.firm.at(kind, "users"), self.holder(name, **more))

    def does(self, what: str, kind: str, users: list[str], **more: Any) -> Answer:
        """Do the same to several users of a capacity."""
        return self.post(self.firm.at(kind, "users", what), {"users": users, **more})

    def rows(self, kind: str, **query: str) -> list[str]:
        """Return the list of a capacity's users, each as first name and type, in its order."""
        answer = self.get(self.firm.at(kind, "users"), **query)
        assert answer.status == 200, answer
        return [f"{item['givenName']} {item['typeLabel']}" for item in answer.json()["items"]]

    def rows_refused(self, kind: str) -> list[str]:
        """Return why the list of a capacity's users is not shown."""
        answer = self.get(self.firm.at(kind, "users"))
        assert (answer.status, answer.problem) == (403, "missingPermission"), answer
        return answer.reasons

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, **headers: str) -> Answer:
        named = {re.sub("_", "-", name): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body).encode()
        own = {"Authorization": f"Bearer {self.token}", "Accept-Language": "fr"}
        return self.firm.town.send(method, BASE + path, content, {**own, **_titled(named)})

    # --- the decision endpoint ----------------------------------------------------------------------------------------

    def may(self, action: str, resource_id: str = "", **properties: Any) -> bool:
        """Return what a portal is told now: may this person do that, of an enterprise (his own), capacity or account."""
        kind, found = _resource(action, resource_id or self.firm.number)
        return self._asked(action, kind, found, properties, {})

    def opens(self, application: str, kind: str = "nsso") -> bool:
        """Return whether this person may open an application in a capacity now."""
        return self._asked("use_application", "application", application, {}, {"capacity": self.firm.capacity(kind)})

    def _asked(
        self, action: str, kind: str, found: str, properties: Mapping[str, Any], context: Mapping[str, Any]
    ) -> bool:
        question = {
            "subject": {
                "type": "person",
                "id": self.firm.ssin(self.name),
                "properties": {"acting_for": self.firm.number},
            },
            "action": {"name": action, "properties": dict(properties)},
            "resource": {"type": kind, "id": found},
            "context": {"authentication_means": self.means, **context},
        }
        return self.firm.town.ask(question)


_OF_ACCOUNTS: Final = {"block_user", "unblock_user", "delete_user", "grant_application", "revoke_application"}


def _resource(action: str, found: str) -> tuple[str, str]:
    if action in _OF_ACCOUNTS | {"remove_co_access_manager"}:
        return "account", found
    return ("capacity" if "." in found else "enterprise"), found


def _titled(headers: Mapping[str, str]) -> dict[str, str]:
    return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in headers.items()}
