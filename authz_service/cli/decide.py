"""`authz decide`: one question, asked of the facts and the policy as a caller would ask it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any, Final

import click

from authz_service.bootstrap.log_lines import configure_logging
from authz_service.bootstrap.service import Service, build_service
from authz_service.cli.configuration import configured
from authz_service.cli.explanation_telling import tell_explanation
from authz_service.cli.failures import FAILED
from authz_service.cli.output import json_option, print_json
from authz_service.cli.question import question_options, read_question
from authz_service.domain import moments
from authz_service.domain.questions import Decision, Question
from authz_service.domain.vocabulary import Scope
from authz_service.services.freshness import MinFactsError
from authz_service.services.messages import LANGUAGES

__all__ = ["decide"]

EXAMPLES: Final = """\b
Examples:
  authz decide question.json --at 2024-03-15 --explain
  authz decide --subject person:NISS --acting-for NUMBER --means eid
               --action create_user --property candidate=NISS --resource capacity:alpha.nsso
"""


@click.command(epilog=EXAMPLES)
@question_options
@click.option("--explain", is_flag=True, help="Say more: for the person, for an administrator, and what is not met.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the sentences.")
@json_option
def decide(*, explain: bool, language: str, as_json: bool, **parts: Any) -> None:
    """Ask one question; exit 0 when it is allowed and 1 when it is not.

    FILE is a question in JSON as callers send it ("-" reads it from standard input), which keeps national numbers off
    the command line, where others can see them. Options add to it and win over it.
    """
    settings = configured()
    question = read_question(**parts)
    configure_logging(settings)
    with closing(build_service(settings)) as service:
        decision = _decided(service, question)
        sentences = service.explanations.explain(question.action, decision)
        explanation = service.explanations.explanation(question.action, decision) if explain else None
    if as_json:
        print_json(_answer(decision, sentences if explain else {}, explanation))
    else:
        _print(decision, {name: said[language] for name, said in sentences.items()}, explain=explain)
        if explanation is not None:
            tell_explanation(explanation, language)
    if not decision.answer.allowed:
        click.get_current_context().exit(FAILED)


def _decided(service: Service, question: Question) -> Decision:
    # What says why looks at more than the answer does: all of it is read, also where only the answer is shown.
    asked = replace(question, context={**question.context, "explain": True})
    try:
        return service.fresh_decisions.decide([asked], frozenset(Scope))[0]
    except MinFactsError as error:
        raise click.ClickException(str(error)) from None


def _answer(
    decision: Decision, sentences: dict[str, dict[str, str]], explanation: dict[str, Any] | None
) -> dict[str, Any]:
    answer = decision.answer
    context: dict[str, Any] = {
        "reasons": list(answer.reasons),
        "rules": list(answer.rules),
        "policy": decision.policy,
        "facts": decision.facts,
        "at": moments.text_of(decision.at),
        **sentences,
    }
    if sentences:
        context["unmet"] = list(answer.unmet)
    if explanation is not None:
        context["explanation"] = explanation
    if decision.error is not None:
        context["error"] = {"status": 500, "message": decision.error}
    return {"decision": answer.allowed, "context": context}


def _print(decision: Decision, sentences: dict[str, str], *, explain: bool) -> None:
    answer = decision.answer
    word, colour = ("allowed", "green") if answer.allowed else ("denied", "red")
    if decision.error is not None:
        word, colour = "not decided, so denied", "yellow"
    click.secho(word, fg=colour, bold=True)
    click.echo(sentences["reason_user"])
    lines = {"reasons": " ".join(answer.reasons), "rules": " ".join(answer.rules)}
    if explain:
        lines |= {"for an administrator": sentences["reason_admin"], "not met": ", ".join(answer.unmet)}
    lines["asked"] = f"of policy {decision.policy} and facts {decision.facts}, as of {moments.text_of(decision.at)}"
    for name, value in lines.items():
        if value:
            click.echo(f"{click.style(name + ':', dim=True)} {value}")
