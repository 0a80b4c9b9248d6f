// Package attacks has kvserver serve clients that send too much, too little or nonsense,
// ask for more than they read, or have the server remember what it can.
//
// Under each attack the memory of the program stays within -memory and 64 MiB above that
// of the idle one, and somebody who behaves is answered. Afterwards nothing is charged
// any more, and /metrics counts what was sent and answered.
package attacks
