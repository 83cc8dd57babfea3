"""An explanation on the terminal: the chain of an allow, the needs of a deny and the nearest way out."""

from __future__ import annotations

from typing import Any

import click

__all__ = ["tell_explanation"]


def tell_explanation(explanation: dict[str, Any], language: str) -> None:
    """Print `context.explanation` in one language."""
    chain, nearest = explanation["chain"], explanation["nearest"]
    click.secho("why:" if chain else "needs:", dim=True)
    for step in chain:
        click.echo(f"  {_step(step, language)}")
    for need in [] if chain else explanation["needs"]:
        mark = click.style("met    ", fg="green") if need["met"] else click.style("not met", fg="red")
        click.echo(f"  {mark} {need['need']}{_told(need)}")
    if not chain:
        click.secho("nearest way to an allow:" if nearest else "no way to an allow was found", dim=True)
    for change in nearest:
        click.echo(f"  {change['sentence'][language]}")


def _step(step: dict[str, Any], language: str) -> str:
    rules = ", ".join(f"{rule['rule']} ({rule['place']})" for rule in step.get("rules", ()))
    said = step["sentence"][language] if "sentence" in step else f"hence {step['need']}"
    return f"{said} [{rules}]" if rules else said


def _told(need: dict[str, Any]) -> str:
    facts = ", ".join(_fact(fact) for fact in need["facts"])
    parts = [" ".join(need["reasons"]), f"[{', '.join(need['rules'])}]", f"because of {facts}" if facts else ""]
    return "".join(f" {part}" for part in parts if part)


def _fact(fact: dict[str, str]) -> str:
    period = [f"{name} {fact[name]}" for name in ("since", "until") if name in fact]
    return " ".join([fact["kind"], *([fact["id"]] if "id" in fact else []), *period])
