package fault

import "time"

// diskUsed is what the fault disk claims.
const diskUsed = 0.95

// used returns what a fault makes of the used share of a disk, nil if it does not.
func (f Fault) used() func(really float64) float64 {
	switch f.Kind {
	case Disk:
		return func(float64) float64 { return diskUsed }
	case FullDisk:
		began, takes := time.Now(), f.takes()
		return func(really float64) float64 { return filling(really, float64(time.Since(began))/float64(takes)) }
	}
	return nil
}

// filling is how full a disk is that fills up: from what really is used, and from half of it
// at least, to all of it, at some part of the time. Then it stays full.
func filling(really, part float64) float64 {
	from := 0.5
	if really > from && really <= 1 {
		from = really
	}
	return from + (1-from)*min(part, 1)
}

// full reports whether the fault has filled the disk up. Writes find no room then.
func (a *active) full() bool { return a.Kind == FullDisk && a.used(0) >= 1 }
