# How to read this policy
# =======================
#
# Who is who. The legal representative (LR) of an enterprise, and nobody else, designates its Chief Access Manager (GAP).
# The GAP is automatically Access Manager (GA) of every domain of the enterprise; he names co-GAPs, who have his powers
# except over GAP and co-GAPs themselves, and, per capacity (qualité), a titular GA and co-GAs. A GA manages users only in
# his own capacity. Everything else (paper, senders, roles, rights, mandates, the e-Box) stands beside that.
#
# What is decided on. A question is turned into a standing: what is so of the subject, the enterprise, the capacity and the
# thing asked for, at the moment asked about. A standing holds facts only (true, false, numbers, words), never a permission.
#
# How it is decided. An action is allowed when it has needs and every one of them is met; anything else is a deny.
#
#   action("create_user", "person", 400, "UM-USR-01");       who asks it, at which level, and the rule it rests on
#   needs("create_user", "access manager", "UM-MGT-01");     what must be met, and the rule that says so
#   met("access manager", "UM-MGT-01", standing) if ...;     how it can be met: one way is enough
#   because("access manager", "NOT_A_MANAGER", "UM-MGT-01", standing) if ...;   what is told when it is not
#
# Nothing here refuses: a `because` is asked only about a need that is not met, so it can never allow. There is no "not" in
# this policy, and no comparison with something that may be absent: what is not known is not met.
#
# Sources. S0: FPS BOSA and Finance, page on role management (NL). S1: Flemish service vouchers, page on secured access (FR).
# S2: NSSO employer page (FR). S3: page on the enterprise account (FR). S4: Step-by-step guide to GGA and User Management
# (FR, July 2018). "derived": the sources are silent or disagree; AMB-nn names the reading that was settled on.
