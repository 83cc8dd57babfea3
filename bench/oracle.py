"""What is right, told from the facts of the benchmark by hand: knows nothing of the service and of its policy."""

from __future__ import annotations

from bench.questions import Action, Kind, PersonFacts, ResourceFacts

__all__ = ["is_allowed"]


def is_allowed(action: Action, capacity: str, application: str, person: PersonFacts, resource: ResourceFacts) -> bool:
    """Return the right answer, by the rules in bench/questions.py."""
    is_chief = person.chief or person.co_chief
    is_blocked = capacity in person.blocked_in
    manages = is_chief or (capacity in (*person.manager_of, *person.co_manager_of) and not is_blocked)
    is_offered = application in resource.offered
    match action:
        case Action.USE_APPLICATION:
            uses = capacity in person.user_of and not is_blocked and (capacity, application) in person.grants
            return is_offered and (manages or uses)
        case Action.LIST_USERS:
            return manages
        case Action.CREATE_USER:
            return manages and resource.candidate_linked and not resource.candidate_has_account
        case Action.GRANT_APPLICATION:
            return manages and is_offered and (resource.target_kind is Kind.USER or is_chief)
