# Running the service itself: nobody stands above the policy
# ==========================================================

# OPS-01. An operator acts on the service within the scopes of the caller he comes through: administration,
# directories, audit.
#   Source: derived, the contract of this service.
action("load_facts", "operator", 0, "OPS-01");
needs("load_facts", "administration scope", "OPS-01");
action("import_register", "operator", 0, "OPS-01");
needs("import_register", "administration scope", "OPS-01");
action("manage_callers", "operator", 0, "OPS-01");
needs("manage_callers", "administration scope", "OPS-01");
action("activate_policy", "operator", 0, "OPS-01");
needs("activate_policy", "administration scope", "OPS-01");
action("apply_directory_plan", "operator", 0, "OPS-01");
needs("apply_directory_plan", "directory scope", "OPS-01");
action("approve_directory_plan", "operator", 0, "OPS-01");
needs("approve_directory_plan", "directory scope", "OPS-01");
action("read_audit", "operator", 0, "OPS-01");
needs("read_audit", "audit scope", "OPS-01");

met("subject it is for", "OPS-01", standing) if meant_for(standing, "operator") and standing.subject.type = "operator";
because("subject it is for", "BACK_OFFICE_ONLY", "OPS-01", standing) if
  meant_for(standing, "operator") and standing.subject.type = "person";
met("administration scope", "OPS-01", standing) if standing.subject.may_administer = true;
because("administration scope", "NOT_A_MANAGER", "OPS-01", _);
met("directory scope", "OPS-01", standing) if standing.subject.may_sync = true;
because("directory scope", "NOT_A_MANAGER", "OPS-01", _);
met("audit scope", "OPS-01", standing) if standing.subject.may_audit = true;
because("audit scope", "NOT_A_MANAGER", "OPS-01", _);
