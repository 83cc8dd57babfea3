"""empowernow-sdk asks all five endpoints: a program of its own, as the package warns and logs on being imported.

Usage: `AUTHZEN_TOKEN=… python empowernow_client.py BASE_URL < questions.json > answers.json`. The questions: "allowed",
"denied", and "subject", "resource" and "action", each a search. The client takes a token from nothing but an OAuth
endpoint, so this serves one that hands out AUTHZEN_TOKEN.
"""

import asyncio
import http.server
import importlib
import json
import logging
import os
import sys
import threading
from typing import Any

logging.disable(logging.WARNING)
# The client's own switch for machines whose OpenSSL is not a FIPS build.
os.environ.setdefault("EMPOWERNOW_FIPS_DISABLE", "1")

# Half of its types are stated, and some of those otherwise than they are used.
authzen: Any = importlib.import_module("empowernow_common.authzen")


class TokenAnswer(http.server.BaseHTTPRequestHandler):
    """Gives the same bearer token to everybody who asks."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = {"access_token": os.environ["AUTHZEN_TOKEN"], "token_type": "Bearer", "expires_in": 3600}
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


def client(base_url: str, token_port: int) -> Any:
    connection = {
        "base_url": base_url,
        "token_url": f"http://127.0.0.1:{token_port}/token",
        "client_id": "tests",
        "client_secret": "tests",
        "validate_ssl": False,
    }
    # Its own default paths are other ones than those of AuthZEN.
    paths = {f"search_{kind}s": f"/access/v1/search/{kind}" for kind in ("subject", "resource", "action")}
    return authzen.SecureEnhancedPDP(
        authzen.PDPConfig(connection=connection, endpoints=paths, cache={"enabled": False}, default_application="tests")
    )


def request(question: dict[str, Any]) -> Any:
    return authzen.SecureAuthRequest(
        subject=authzen.SecureSubject(**question["subject"]),
        action=authzen.SecureAction(**question["action"]),
        resource=authzen.SecureResource(**question["resource"]),
        context=authzen.SecureContext(ip="192.0.2.1"),
    )


async def ask(pdp: Any, questions: dict[str, Any]) -> dict[str, Any]:
    allowed, denied = questions["allowed"], questions["denied"]
    try:
        single = [(await pdp.evaluate(request(each))).decision for each in (allowed, denied)]
    except authzen.PDPError as error:
        return {"error": type(error).__name__}
    batch = [request(each) for each in (allowed, denied, allowed)]
    # It spells the name of this option otherwise than the standard: a server that ignores it answers all.
    misspelt = await pdp.evaluate_batch(batch, semantics=authzen.EvaluationSemantic.DENY_ON_FIRST_DENY)
    who, where, what = questions["subject"], questions["resource"], questions["action"]
    subjects = pdp.iter_search_subjects(
        authzen.SecureAction(**who["action"]),
        authzen.SecureResource(**who["resource"]),
        who["subject"]["type"],
        page_limit=1,
    )
    resources = pdp.iter_search_resources(
        authzen.SecureSubject(**where["subject"]),
        authzen.SecureAction(**where["action"]),
        where["resource"]["type"],
        page_limit=1,
    )
    actions = pdp.iter_search_actions(
        authzen.SecureSubject(**what["subject"]), authzen.SecureResource(**what["resource"]), page_limit=1
    )
    return {
        "single": single,
        "batch": [each.decision for each in await pdp.evaluate_batch(batch)],
        "misspelt": [each.decision for each in misspelt],
        "subjects": [each.id async for each in subjects],
        "resources": [each.id async for each in resources],
        "actions": [each.name async for each in actions],
    }


def main() -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenAnswer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pdp = client(sys.argv[1], server.server_port)
    json.dump(asyncio.run(ask(pdp, json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
