// Package alert has the alerts, a file for each noun: what makes one fire, for how
// long it has to, what its page says, which fault shows it and what it cannot see.
// Names come from monitoring/catalog and thresholds from monitoring/objective.
package alert

import (
	"time"

	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// Severities of alerts, as the label severity has them.
const (
	Critical = "critical" // somebody is woken
	Warning  = "warning"  // somebody looks at it in the daytime
	None     = "none"     // it is no fault
)

// An Alert is one that this project ships.
type Alert struct {
	Name string

	// Levels are its rules, the most severe one first. None are due for an alert that
	// the deployment did not ask for.
	Levels func(*Scope) []Level

	// Summary names what is affected with its value, and the first thing to do. It and
	// Description are templates of Prometheus.
	Summary, Description string

	// Of says what each series of the alert is about.
	Of Subject

	// Fault is the kind of -fault of the example programs that makes it fire.
	Fault string

	// Objective names the constants of monitoring/objective behind its thresholds.
	Objective []string

	// OTLP says what differs where the metrics came over OTLP, as the rest of a sentence. Empty: nothing.
	OTLP string

	// Causes are alerts that tell of the same fault with more precision. While one of
	// them is critical for the same subject, this one is inhibited. So that one fault
	// pages once, each fires no later than this one.
	Causes []string

	// Unexplained keeps the series that the causes do not explain.
	Unexplained []promql.Matcher
}

// A Subject is what a series of an alert is about. It decides which labels the series
// has, besides those that the alert is about.
type Subject uint8

// Subjects of alerts.
const (
	Store    Subject = iota + 1 // a store of one instance
	Process                     // one instance
	Service                     // a store of all instances of a service
	Program                     // all instances of a service
	Anything                    // the monitoring itself
)

// Labels are those by which two alerts of a subject are about the same. Those that the
// deployment adds to its alerts are among them: they may say which deployment it is.
func (s *Scope) Labels(of Subject) []string {
	labels := s.Service()
	switch of {
	case Store:
		return append(append(labels, Instance), ofStore()...)
	case Process:
		return append(labels, Instance)
	case Service:
		return append(labels, ofStore()...)
	case Program:
		return labels
	default:
		return nil
	}
}

// A Level is a rule of an alert.
type Level struct {
	Severity string
	Expr     promql.Vector
	For      time.Duration

	// KeepFiring bridges gaps. That of a cause is longer than that of what it explains, by
	// the window in which the latter still shows the fault.
	KeepFiring time.Duration

	Of          Subject // if it is not that of the alert
	Description string  // beside that of the alert
}

// Subject is what the series of a level are about.
func (a Alert) Subject(l Level) Subject {
	if l.Of != 0 {
		return l.Of
	}
	return a.Of
}

// A Record is a recording rule, for windows that are long or series that several
// alerts need.
type Record struct {
	Name string
	Expr promql.Vector
}

// A Group is what Prometheus evaluates together, in this order: records first.
type Group struct {
	Name    string
	Records func(*Scope) []Record
	Alerts  []Alert
}
