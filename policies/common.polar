# What every question needs
# =========================

# A gate that is shut hides what lies behind it: only it is told, with what stands beside it.
gate(1, "subject it is for");
gate(2, "readable moment");
gate(3, "known subject");
gate(3, "known resource");
beside(3, "readable question");
beside(3, "assurance level");
beside(3, "activated digital key");
beside(4, "readable question");
beside(4, "assurance level");
beside(4, "activated digital key");

# DRV-08. Without a rule that allows it, nothing is allowed; unknown persons, actions and resources are refused.
#   Source: derived, design card (no AMB).
otherwise("UNKNOWN_ACTION", "DRV-08");
needs(action, "readable moment", rule) if action(action, _, _, rule);
needs(action, "known subject", rule) if action(action, _, _, rule);
needs(action, "known resource", rule) if action(action, _, _, rule);
needs(action, "readable question", rule) if action(action, _, _, rule);
met("readable moment", "DRV-08", standing) if standing.moment_readable = true;
met("known subject", "DRV-08", standing) if standing.subject.known = true;
met("known resource", "DRV-08", standing) if standing.resource_known = true;
met("readable question", "DRV-08", standing) if standing.readable = true;
because("readable moment", "INVALID_INPUT", "DRV-08", _);
because("known subject", "UNKNOWN_SUBJECT", "DRV-08", _);
because("known resource", "UNKNOWN_RESOURCE", "DRV-08", _);
because("readable question", problem, "DRV-08", standing) if problem in standing.problems;

# Who the action is for
# ---------------------

needs(action, "subject it is for", rule) if action(action, _, _, rule);
meant_for(standing, audience) if action(standing.action, audience, _, _);
because("subject it is for", "UNKNOWN_SUBJECT", "DRV-08", standing) if standing.subject.type = "unknown";

met("subject it is for", "DRV-08", standing) if meant_for(standing, "person") and standing.subject.type = "person";

# DRV-04. A technical user only submits files over its own channels; it opens no portal application and manages
# nothing.
#   Source: derived, AMB-13.
met("subject it is for", "DRV-04", standing) if
  meant_for(standing, "technical_user") and standing.subject.type = "technical_user";
because("subject it is for", "NOT_A_TECHNICAL_USER", "DRV-04", standing) if meant_for(standing, "technical_user");
because("subject it is for", "TECHNICAL_USER_PORTAL", "DRV-04", standing) if
  standing.subject.type = "technical_user" and meant_for(standing, audience) and audience in ["person", "operator"];

# DRV-15. Back-office tasks are for contact-centre agents only, and agents have no powers inside an enterprise.
#   Source: derived, (GGA-EXC-08, ACC-09; no AMB).
met("subject it is for", "DRV-15", standing) if meant_for(standing, "agent") and standing.subject.type = "agent";
because("subject it is for", "AGENT_HAS_NO_ENTERPRISE_POWER", "DRV-15", standing) if
  standing.subject.type = "agent" and meant_for(standing, audience) and audience in ["person", "operator"];
because("subject it is for", "BACK_OFFICE_ONLY", "DRV-15", standing) if standing.action = "process_exceptional_request";

# GGA-EXC-12. The exceptional request is a public form without login, for those who have no eID or electronic
# foreigner's card.
#   Source: S4, II. b. Enregistrement de la demande (procédure exceptionnelle).
met("subject it is for", "GGA-EXC-12", standing) if
  meant_for(standing, "declared_person") and standing.subject.type = "declared_person";
because("subject it is for", "DECLARED_PERSON_ONLY", "GGA-EXC-12", standing) if meant_for(standing, "declared_person");
because("subject it is for", "NOT_AUTHENTICATED", "GGA-EXC-12", standing) if
  standing.subject.type = "declared_person" and meant_for(standing, audience) and audience in ["person", "operator"];
because("subject it is for", "NOT_AUTHENTICATED", "DRV-08", standing) if
  standing.subject.type = "operator" and meant_for(standing, "person");

# How sure it is who asks
# -----------------------

# DRV-05. Each action asks a minimum strength of authentication, and the means used must reach it.
#   Source: derived, AMB-03, AMB-31.
needs(action, "assurance level", rule) if action(action, "person", _, rule);
met("assurance level", "DRV-05", standing) if
  action(standing.action, _, minimum, _) and standing.subject.level >= minimum;
because("assurance level", "ASSURANCE_TOO_LOW", "DRV-05", _);

# ACM-KEY-01. A Flemish user right can be used only by someone who has activated at least one digital key.
#   Source: S1, Accorder le droit titres-services pour entreprises agréées à un employé.
needs(action, "activated digital key", rule) if action(action, "person", _, rule);
met("activated digital key", "ACM-KEY-01", standing) if standing.subject.key in ["activated", "absent"];
because("activated digital key", "NO_DIGITAL_KEY", "ACM-KEY-01", _);

# For which enterprise
# --------------------

# GGA-CAM-10. Roles hold only in the enterprise where they were given; they never carry over to another enterprise.
#   Source: S4, IV. Désigner des Gestionnaires d'accès (GA).
met("own enterprise", "GGA-CAM-10", standing) if standing.acts_for = "this";
because("own enterprise", "WRONG_ENTERPRISE", "GGA-CAM-10", _);

# ACC-07. The enterprise account becomes active when the Chief Access Manager (GAP) first logs in; until then nobody
# else can work in it.
#   Source: S3, Créez le compte d'une entreprise.
# The GAP's own login activates the account, so it never stops him (AMB-05).
met("active account", "ACC-07", standing) if standing.enterprise.account_active = true;
met("active account", "ACC-07", standing) if standing.enterprise.chief_access_manager = true;
because("active account", "ACCOUNT_NOT_ACTIVE", "ACC-07", _);

# Persons that a question names
# -----------------------------

unreadable("missing", "MISSING_DATA");
unreadable("wrong_number", "INVALID_IDENTIFIER");
unreadable("wrong_type", "INVALID_INPUT");
unreadable_candidate("missing", "CANDIDATE_NOT_ELIGIBLE");
unreadable_candidate("wrong_number", "INVALID_IDENTIFIER");
unreadable_candidate("wrong_type", "INVALID_INPUT");

# GGA-PRE-03. The Chief Access Manager (GAP) must be a staff member or a legal representative of the same
# enterprise.
#   Source: S4, I. a. Conditions préalables.
# RMA-LM-02. The local manager, now Chief Access Manager (GAP), must be on the payroll or be a legal representative
# of the enterprise.
#   Source: S0, Registratie Web.
# Eligible is who is on the payroll or holds any legal function that is in force (AMB-02, AMB-45).
belongs(standing, "RMA-LM-02") if standing.candidate_employed = true;
belongs(standing, "GGA-PRE-03") if standing.candidate_function in ["signing", "without_signing"];
met("eligible candidate", rule, standing) if belongs(standing, rule);
because("eligible candidate", "CANDIDATE_NOT_ELIGIBLE", rule, standing) if
  standing.candidate = "given" and rule in ["GGA-PRE-03", "RMA-LM-02"];
because("eligible candidate", reason, "GGA-PRE-03", standing) if unreadable_candidate(standing.candidate, reason);

# UM-USR-08. User accounts are for members of the enterprise itself; outsiders need a mandate.
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
met("linked candidate", "UM-USR-08", standing) if belongs(standing, _);
because("linked candidate", "CANDIDATE_NOT_ELIGIBLE", "UM-USR-08", standing) if standing.candidate = "given";
because("linked candidate", "NOT_LINKED_TO_ENTERPRISE", "UM-USR-08", standing) if standing.candidate = "given";
because("linked candidate", reason, "UM-USR-08", standing) if unreadable_candidate(standing.candidate, reason);

# GGA-DES-14. A Chief Access Manager (GAP) is designated only after the legal representative has ticked the
# confirmation box.
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
met("confirmed", "GGA-DES-14", standing) if standing.confirmed = true;
because("confirmed", "NOT_CONFIRMED", "GGA-DES-14", _);
