# The same rules as in bench/questions.py.
package bench

import rego.v1

default allow := false

chief if input.person.chief

chief if input.person.co_chief

blocked if input.capacity in input.person.blocked_in

manages if chief

manages if {
	input.capacity in input.person.manager_of
	not blocked
}

manages if {
	input.capacity in input.person.co_manager_of
	not blocked
}

offered if input.application in input.offered

allow if {
	input.action == "use_application"
	offered
	manages
}

allow if {
	input.action == "use_application"
	offered
	input.capacity in input.person.user_of
	not blocked
	input.application in input.person.grants[input.capacity]
}

allow if {
	input.action == "list_users"
	manages
}

allow if {
	input.action == "create_user"
	manages
	input.candidate_linked
	not input.candidate_has_account
}

allow if {
	input.action == "grant_application"
	offered
	manages
	input.target_kind == "user"
}

allow if {
	input.action == "grant_application"
	offered
	chief
}
