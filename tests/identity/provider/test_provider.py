"""A real OpenID Connect provider, from its npm package, logs people in and hands out the tokens. Needs Node and npm."""

import base64
import hashlib
import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from authz_service.domain import moments
from authz_service.domain.identifiers import Niss
from authz_service.domain.principals import AgentPrincipal, MachinePrincipal, PersonPrincipal
from authz_service.domain.vocabulary import Scope
from authz_service.identity.failures import IssuerUnreachableError, TokenFailure
from authz_service.identity.key_sources import FAILURE_SECONDS, SEARCH_SECONDS, KeySource
from authz_service.identity.metadata import fetch_keys
from authz_service.identity.tokens import AccessTokens, TrustedIssuer
from tests.identity.issuing import AUDIENCE, MEANS, NUMBER, Signer, issuer, new_signer

pytestmark = pytest.mark.provider

HERE = Path(__file__).parent
CALLBACK = "https://portal.example.org/callback"
PORTAL = ("portal", "opens%20nothing")
USERS = {
    "marie": {"egovNRN": NUMBER, "acr": "urn:be:fedict:iam:fas:Level500"},
    "tom": {"egovNRN": NUMBER, "acr": "urn:be:fedict:iam:fas:Level600"},
    "agent": {"agent_id": "agent_7", "amr": ["otp"]},
    "stranger": {},
}


@dataclass
class RunningProvider:
    """The provider as a process, and a browser's part of logging in."""

    folder: Path
    url: str = ""
    process: "subprocess.Popen[str] | None" = None

    def start(self, signer: Signer) -> None:
        """Start it with this key, under the same address as before."""
        assert isinstance(signer.key, ec.EllipticCurvePrivateKey)
        private = ECAlgorithm.to_jwk(signer.key, as_dict=True)
        (self.folder / "keys.json").write_text(json.dumps({"keys": [{**private, "kid": signer.key_id, "use": "sig"}]}))
        (self.folder / "users.json").write_text(json.dumps(USERS))
        port = str(urlsplit(self.url).port) if self.url else "0"
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                ["node", "provider.mjs", AUDIENCE, "users.json", "keys.json", port],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url, (self.folder / "log").read_text()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.communicate(timeout=20)

    def given(self, **grant: str) -> dict[str, Any]:
        """Return what the token endpoint gives the portal."""
        answer = requests.post(f"{self.url}/token", data=grant, auth=PORTAL, timeout=20)
        assert answer.ok, answer.text
        given: dict[str, Any] = answer.json()
        return given

    def machine_token(self, scope: str) -> str:
        token: str = self.given(grant_type="client_credentials", scope=scope, resource=AUDIENCE)["access_token"]
        return token

    def logged_in(self, login: str) -> dict[str, Any]:
        """Log somebody in at the provider's own pages, and return the tokens that the portal gets for it."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "client_id": "portal",
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid authz:decide",
            "resource": AUDIENCE,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        with requests.Session() as browser:
            page = _followed(browser, browser.get(f"{self.url}/auth", params=asked, allow_redirects=False, timeout=20))
            while "Location" not in page.headers:
                form = re.search(r'<form[^>]* action="([^"]+)"', page.text)
                prompt = re.search(r'name="prompt" value="([^"]+)"', page.text)
                assert form, page.text
                assert prompt, page.text
                filled = {"prompt": prompt[1], "login": login, "password": "any"}
                there = urljoin(page.url, form[1])
                page = _followed(browser, browser.post(there, data=filled, allow_redirects=False, timeout=20))
        (code,) = parse_qs(urlsplit(page.headers["Location"]).query)["code"]
        return self.given(
            grant_type="authorization_code",
            code=code,
            redirect_uri=CALLBACK,
            code_verifier=verifier,
            resource=AUDIENCE,
        )


def _followed(browser: requests.Session, page: requests.Response) -> requests.Response:
    """Follow redirects up to a page to fill in, or to the portal, which is not there."""
    while (target := page.headers.get("Location")) is not None and not target.startswith(CALLBACK):
        page = browser.get(urljoin(page.url, target), allow_redirects=False, timeout=20)
    assert page.status_code < 400, page.text
    return page


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The provider as its lock file says, installed in a folder of its own."""
    folder = tmp_path_factory.mktemp("provider")
    for name in ("package.json", "package-lock.json", "provider.mjs", ".npmrc"):
        shutil.copy(HERE / name, folder)
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts"], cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def provider(installed: Path) -> Iterator[RunningProvider]:
    running = RunningProvider(installed)
    try:
        running.start(new_signer("first"))
        yield running
    finally:
        running.stop()


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """The clock by which keys grow old."""
    return Clock()


@pytest.fixture
def tokens(provider: RunningProvider, clock: Clock) -> AccessTokens:
    settings = issuer(url=provider.url)
    source = KeySource(partial(fetch_keys, settings), settings.keys_lifetime_seconds, clock)
    return AccessTokens([TrustedIssuer(settings, source)])


def test_a_program_comes_with_its_own_token(provider: RunningProvider, tokens: AccessTokens) -> None:
    token = provider.machine_token("authz:decide authz:explain")
    assert tokens.principal(token) == MachinePrincipal("portal", frozenset({Scope.DECIDE, Scope.EXPLAIN}), provider.url)
    assert tokens.principal(provider.machine_token("")) == MachinePrincipal("portal", frozenset(), provider.url)


def test_a_person_logs_in(provider: RunningProvider, tokens: AccessTokens) -> None:
    assert MEANS["urn:be:fedict:iam:fas:Level500"] == "eid"
    token = provider.logged_in("marie")["access_token"]
    assert tokens.principal(token) == PersonPrincipal(Niss(NUMBER), "eid", "portal")


def test_a_person_logs_in_by_a_means_that_is_not_listed(provider: RunningProvider, tokens: AccessTokens) -> None:
    token = provider.logged_in("tom")["access_token"]
    assert tokens.principal(token) == PersonPrincipal(Niss(NUMBER), None, "portal")


def test_an_agent_logs_in(provider: RunningProvider, tokens: AccessTokens) -> None:
    token = provider.logged_in("agent")["access_token"]
    assert tokens.principal(token) == AgentPrincipal("agent_7", "totp_app", "portal")


def test_somebody_without_a_number_is_nobody(provider: RunningProvider, tokens: AccessTokens) -> None:
    token = provider.logged_in("stranger")["access_token"]
    assert tokens.principal(token) is TokenFailure.NO_SUBJECT_KIND


def test_an_id_token_is_no_access_token(provider: RunningProvider, tokens: AccessTokens) -> None:
    assert isinstance(tokens.principal(provider.logged_in("marie")["id_token"]), TokenFailure)


def test_a_token_ends(provider: RunningProvider, tokens: AccessTokens) -> None:
    token = provider.machine_token("authz:decide")
    settings = issuer(url=provider.url)
    later = AccessTokens(
        [TrustedIssuer(settings, KeySource(partial(fetch_keys, settings), 3600))],
        now=lambda: moments.now() + 331_000_000,
    )
    assert later.principal(token) is TokenFailure.EXPIRED


def test_the_provider_changes_its_key_and_goes_away(
    provider: RunningProvider, tokens: AccessTokens, clock: Clock
) -> None:
    old = provider.machine_token("authz:decide")
    assert isinstance(tokens.principal(old), MachinePrincipal)
    provider.stop()
    assert isinstance(tokens.principal(old), MachinePrincipal), "its keys are remembered"
    provider.start(new_signer("second"))
    new = provider.machine_token("authz:decide")
    assert tokens.principal(new) is TokenFailure.UNKNOWN_KEY, "its keys were read just now"
    clock.seconds = SEARCH_SECONDS
    assert isinstance(tokens.principal(new), MachinePrincipal)
    assert tokens.principal(old) is TokenFailure.UNKNOWN_KEY, "the old key is withdrawn"
    provider.stop()
    clock.seconds += 3600
    with pytest.raises(IssuerUnreachableError):
        tokens.principal(new)
    provider.start(new_signer("second"))
    clock.seconds += FAILURE_SECONDS
    assert tokens.principal(new) is TokenFailure.BAD_SIGNATURE, "another key under the old id"
