// Package repotest tests the repository rather than its code: that the modules
// fit together, that what README.md shows works in a program outside of the
// tree, that links lead somewhere and that tests do not sleep.
package repotest
