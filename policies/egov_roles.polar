# eGov roles (finance, mobility): assigned by a manager, in force once accepted
# ============================================================================

# RMA-ROL-01. The Access Manager (GA) of the domain creates the role that another person of the enterprise needs.
#   Source: S0, Registratie Web.
# RMA-LM-06. Access managers may authorise other persons of their own enterprise.
#   Source: S0, Registratie Web.
action("assign_role", "person", 400, "RMA-ROL-01");
needs("assign_role", "own enterprise", "RMA-ROL-01");
needs("assign_role", "active account", "RMA-ROL-01");
needs("assign_role", "role manager", "RMA-ROL-01");
needs("assign_role", "role manager", "RMA-LM-06");
needs("assign_role", "role manager", "GGA-CAM-04");
needs("assign_role", "role of this domain", "RMA-ROL-01");
needs("assign_role", "linked candidate", "UM-USR-08");

action("list_roles", "person", 400, "RMA-ROL-01");
needs("list_roles", "own enterprise", "RMA-ROL-01");
needs("list_roles", "active account", "RMA-ROL-01");
needs("list_roles", "role manager", "RMA-ROL-01");

# A legal representative manages nothing without a designation, unless the switch says so (AMB-28).
met("role manager", rule, standing) if met("access manager", rule, standing);
met("role manager", "ACC-02", standing) if
  switch("representative_manages_roles", "on") and standing.capacity.domain in ["finance", "mobility"]
  and has_role(standing.subject, "legal_representative", standing.enterprise);
because("role manager", reason, rule, standing) if because("access manager", reason, rule, standing);

met("role of this domain", "RMA-ROL-01", standing) if
  standing.capacity.domain in ["finance", "mobility"] and standing.role_domain = standing.capacity.domain;
because("role of this domain", "WRONG_DOMAIN", "RMA-ROL-01", standing) if standing.readable = true;
because("role of this domain", "WRONG_DOMAIN", "RMA-ROL-01", standing) if
  standing.role_domain in ["finance", "mobility", "social_security", "flanders"];
because("role of this domain", "WRONG_DOMAIN", "RMA-ROL-01", standing) if
  standing.capacity.domain in ["social_security", "flanders"];

# RMA-ROL-02. A role works only after the person it was given to has accepted it.
#   Source: S0, Registratie Web.
action("accept_role", "person", 350, "RMA-ROL-02");
needs("accept_role", "own enterprise", "RMA-ROL-02");
needs("accept_role", "active account", "RMA-ROL-02");
needs("accept_role", "addressee", "RMA-ROL-02");
needs("accept_role", "capacity in force", "RMA-ROL-02");
needs("accept_role", "pending role", "RMA-ROL-02");

action("decline_role", "person", 350, "RMA-ROL-02");
needs("decline_role", "own enterprise", "RMA-ROL-02");
needs("decline_role", "active account", "RMA-ROL-02");
needs("decline_role", "addressee", "RMA-ROL-02");
needs("decline_role", "capacity in force", "RMA-ROL-02");
needs("decline_role", "pending role", "RMA-ROL-02");

action("use_role", "person", 350, "RMA-ROL-02");
needs("use_role", "own enterprise", "RMA-ROL-02");
needs("use_role", "assurance level", "RMA-AUT-01");
needs("use_role", "active account", "RMA-ROL-02");
needs("use_role", "addressee", "RMA-ROL-02");
needs("use_role", "capacity in force", "RMA-ROL-02");
needs("use_role", "accepted role in its period", "RMA-ROL-02");
needs("use_role", "account not blocked", "UM-BLK-05");

action("end_role", "person", 400, "RMA-ROL-01");
needs("end_role", "own enterprise", "RMA-ROL-01");
needs("end_role", "active account", "RMA-ROL-01");
needs("end_role", "role manager or addressee", "RMA-ROL-01");
needs("end_role", "capacity in force", "RMA-ROL-01");
needs("end_role", "role not ended", "RMA-ROL-01");

met("capacity in force", "RMA-ROL-01", standing) if standing.capacity.in_force = true;
because("capacity in force", "UNKNOWN_RESOURCE", "RMA-ROL-01", _);
met("addressee", "RMA-ROL-02", standing) if standing.addressee = true;
because("addressee", "NOT_ADDRESSEE", "RMA-ROL-02", _);
met("role manager or addressee", rule, standing) if met("role manager", rule, standing);
met("role manager or addressee", rule, standing) if met("addressee", rule, standing);
because("role manager or addressee", reason, rule, standing) if because("role manager", reason, rule, standing);
because("role manager or addressee", reason, rule, standing) if because("addressee", reason, rule, standing);

# It can be accepted before it begins, not after its end.
met("pending role", "RMA-ROL-02", standing) if
  standing.state = "pending_acceptance" and standing.phase in ["before", "during"];
because("pending role", "ROLE_NOT_PENDING", "RMA-ROL-02", standing) if standing.state in ["accepted", "declined", "ended"];
because("pending role", "ROLE_EXPIRED", "RMA-ROL-02", standing) if standing.phase = "after";

met("accepted role in its period", "RMA-ROL-02", standing) if standing.state = "accepted" and standing.phase = "during";
because("accepted role in its period", reason, "RMA-ROL-02", standing) if
  unusable_role(standing.state, standing.phase, reason);

met("role not ended", "RMA-ROL-01", standing) if
  standing.state in ["pending_acceptance", "accepted"] and standing.phase in ["before", "during"];
because("role not ended", "TARGET_STATE", "RMA-ROL-01", _);
because("role not ended", "ROLE_EXPIRED", "RMA-ROL-01", standing) if standing.phase = "after";
