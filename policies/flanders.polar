# Flemish rights: held with a context, by people who are linked to the enterprise
# ===============================================================================

# ACM-RGT-02. The Flemish user right is given by the Chief Access Manager (GAP) or the head local manager of the
# enterprise.
#   Source: S1, S'inscrire via la gestion des accès flamands.
# ACM-RGT-05. Whoever gives a Flemish user right must choose a context that is allowed for that right.
#   Source: S1, Accorder le droit titres-services pour entreprises agréées à un employé.
# ACM-REL-01. A person must first be linked to the organisation, by a valid NISS, before receiving a Flemish user
# right.
#   Source: S1, Accorder le droit titres-services pour entreprises agréées à un employé.
action("grant_flemish_right", "person", 400, "ACM-RGT-02");
needs("grant_flemish_right", "own enterprise", "ACM-RGT-02");
needs("grant_flemish_right", "active account", "ACM-RGT-02");
needs("grant_flemish_right", "right manager", "ACM-RGT-02");
needs("grant_flemish_right", "work relation", "ACM-REL-01");
needs("grant_flemish_right", "known right", "ACM-RGT-05");
needs("grant_flemish_right", "context of the right", "ACM-RGT-05");
needs("grant_flemish_right", "approved enterprise", "ACM-RGT-02");

action("link_person", "person", 400, "ACM-REL-01");
needs("link_person", "own enterprise", "ACM-REL-01");
needs("link_person", "active account", "ACM-REL-01");
needs("link_person", "right manager", "ACM-RGT-02");
needs("link_person", "person named", "ACM-REL-01");

action("end_flemish_right", "person", 400, "ACM-RGT-02");
needs("end_flemish_right", "own enterprise", "ACM-RGT-02");
needs("end_flemish_right", "active account", "ACM-RGT-02");
needs("end_flemish_right", "right manager", "ACM-RGT-02");
needs("end_flemish_right", "known right", "ACM-RGT-05");
needs("end_flemish_right", "target holds the right", "ACM-RGT-02");

# A legal representative manages no rights without a designation, unless the switch says so (AMB-28).
met("right manager", "ACM-RGT-02", standing) if
  has_role(standing.subject, "flemish_manager", standing.enterprise);
met("right manager", "ACC-02", standing) if
  switch("representative_manages_rights", "on")
  and has_role(standing.subject, "legal_representative", standing.enterprise);
because("right manager", "NOT_A_MANAGER", "ACM-RGT-02", standing) if
  standing.enterprise.former_chief_access_manager = false and standing.enterprise.former_head_local_manager = false;
because("right manager", "ROLE_ENDED", "DRV-07", standing) if standing.enterprise.former_chief_access_manager = true;
because("right manager", "ROLE_ENDED", "DRV-07", standing) if standing.enterprise.former_head_local_manager = true;

met("work relation", "ACM-REL-01", standing) if standing.candidate_has_work_relation = true;
because("work relation", "NOT_LINKED_TO_ENTERPRISE", "ACM-REL-01", standing) if standing.candidate = "given";
because("work relation", reason, "ACM-REL-01", standing) if unreadable_candidate(standing.candidate, reason);
met("person named", "ACM-REL-01", standing) if standing.candidate = "given";
because("person named", reason, "ACM-REL-01", standing) if unreadable_candidate(standing.candidate, reason);

met("known right", "ACM-RGT-05", standing) if standing.right_known = true;
because("known right", "INVALID_INPUT", "ACM-RGT-05", standing) if standing.readable = true;
met("context of the right", "ACM-RGT-05", standing) if standing.context_allowed = true;
because("context of the right", "CONTEXT_MISSING", "ACM-RGT-05", standing) if standing.context_allowed = false;
# The right for service vouchers is grantable in approved enterprises only (AMB-50).
met("approved enterprise", "ACM-RGT-02", standing) if standing.approval_required = false;
met("approved enterprise", "ACM-RGT-02", standing) if standing.enterprise_approved = true;
because("approved enterprise", "ENTERPRISE_NOT_APPROVED", "ACM-RGT-02", standing) if standing.right_known = true;

# ACM-RGT-01. Nobody enters the Flemish secured area for an enterprise without holding the required user right for
# that enterprise.
#   Source: S1, S'inscrire via la gestion des accès flamands.
# ACM-AUT-01. One logs in to the Flemish secured area with the identity card, itsme or a security code, never with a
# password alone.
#   Source: S1, Comment accéder à mon Espace Sécurisé ?.
action("use_flemish_right", "person", 350, "ACM-RGT-01");
needs("use_flemish_right", "own enterprise", "ACM-RGT-01");
needs("use_flemish_right", "assurance level", "ACM-AUT-01");
needs("use_flemish_right", "active account", "ACM-RGT-01");
needs("use_flemish_right", "right held", "ACM-RGT-01");
met("right held", "ACM-RGT-01", standing) if standing.right_held = true;
because("right held", "RIGHT_NOT_HELD", "ACM-RGT-01", standing) if standing.readable = true;
because("right held", "RIGHT_NOT_HELD", "ACM-RGT-01", standing) if standing.right_known = true;

met("target holds the right", "ACM-RGT-02", standing) if standing.right_held = true;
because("target holds the right", "RIGHT_NOT_HELD", "ACM-RGT-02", standing) if standing.target = "given";
because("target holds the right", reason, "DRV-08", standing) if unreadable(standing.target, reason);
