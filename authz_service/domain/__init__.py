"""Values only: identifiers, moments, vocabulary, facts, standings, questions and answers. Standard library, no I/O."""
