// Package repotest tests the repository rather than its code: that the modules
// fit together, that the programs of README.md and the guides work outside of the
// tree, that links lead somewhere and that tests do not sleep.
package repotest
