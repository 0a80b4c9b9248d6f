// Package objective holds the thresholds by which a store counts as healthy, and the
// ages after which a line or evidence is due, in one place. Packages health,
// instrument and pprofx take their defaults from here. Alerting rules, the lines of a
// dashboard and runbooks can be made from it, too, so that a probe, an alert and a
// panel never disagree about the same state.
//
// They are defaults for a service that has not chosen its own. An option wins over
// them.
package objective

import "time"

// LatencyP99 is the most that the slowest operation of a hundred may take. It
// is about get, put, delete, compare_and_swap and batches: the duration of a
// scan, a view or an update contains the caller's own code.
//
// It is a bound of both latency histograms, so that the share of operations
// within it is counted exactly.
const LatencyP99 = 100 * time.Millisecond

// ErrorRatio is the share of failed operations above which an alert is due at
// once, whatever the budget. Only the outcome error counts, and of it neither
// invalid_argument nor too_large nor closed, which are the caller's fault.
const ErrorRatio = 0.01

// Availability is the share of operations that must succeed in the long run.
// Burn rates are measured against it and not against ErrorRatio, where the
// usual factor of 14.4 would page nobody below 14.4 % of errors.
const Availability = 0.999

// ErrorBudget is the share of operations that may fail in the long run.
const ErrorBudget = 1 - Availability

// Saturation is the use of CPU or memory, as a share of its limit, above which
// an alert is due and a probe warns.
const Saturation = 0.70

// SaturationCritical is the use of CPU or memory above which it is about to run
// out: a store is not ready then, and evidence is captured.
const SaturationCritical = 0.90

// ReplicationLag is the most that a replica may be behind before the store is
// not ready.
const ReplicationLag = 5 * time.Second

// DiskUsed is the share of the disk above which the store is not ready: an
// engine that compacts needs room for the new files before it drops the old.
const DiskUsed = 0.90

// DiskFilling is the share of the disk above which a probe warns. It lies above
// Saturation: data that stays is what a disk is for, and it does not come and go
// with the load.
const DiskFilling = 0.80

// DiskForecast is how far ahead an alert looks at a disk that fills: a working day is
// in it, whenever it fires.
const DiskForecast = 24 * time.Hour

// DiskForecastFrom is the share of the disk below which no forecast alerts: what is
// half empty can grow fast for a while.
const DiskForecastFrom = 0.50

// DiskSlowCritical is how many operations of the disk may take seconds within ten
// minutes before somebody is woken: one can be a hiccup of a disk in a cloud.
const DiskSlowCritical = 2

// DiskReserve is the share of the disk that evidence leaves free: it is captured
// when a disk is full by DiskUsed, too, and takes no more than half of what is
// left.
const DiskReserve = (1 - DiskUsed) / 2

// WriteStall is the share of the time in which an engine holds writes back above which
// an alert is due: one in a hundred writes waits, as a 99th percentile sees.
const WriteStall = 0.01

// WriteStallCritical is the share of the time in which an engine holds writes back above
// which somebody is woken.
const WriteStallCritical = 0.10

// FreelistSize is the size in bytes of a list of free pages above which an alert is
// due if most pages are free: each commit writes it whole. It is that of 128 MiB of
// pages of 4 KiB.
const FreelistSize = 256 << 10

// FreelistShare is the share of a file's pages that are free above which copying the
// file is worth it.
const FreelistShare = 0.50

// CanceledRatio is the share of operations that callers give up above which an alert is
// due. It is no error of the store: callers come and go.
const CanceledRatio = 0.05

// ConflictRatio is the share of operations that lose to others above which an alert is
// due: each is tried again, and some are normal.
const ConflictRatio = 0.10

// TrafficLeft is the share of the usual traffic below which an alert is due.
const TrafficLeft = 0.50

// TrafficMin is the traffic, in operations a second, below which no drop alerts.
const TrafficMin = 10

// TrafficShare is the share of a day's high traffic below which no drop alerts: what
// little comes at night may as well stop.
const TrafficShare = 0.10

// Restarts is how often a program may start again within a quarter of an hour: a
// deployment and a second one that mends it are fine.
const Restarts = 2

// RestartsHour is how often it may do so within an hour. An orchestrator waits longer and
// longer between the starts of a program that crashes, Kubernetes up to five minutes: then a
// quarter of an hour has no more than two.
const RestartsHour = 4

// Goroutines is how many of them make evidence be captured: a service leaks them,
// unless it has as many connections.
const Goroutines = 100_000

// Capacity is the throughput, in operations a second, that a dashboard draws as
// a line. No alert fires on it for a service that has not set its own.
const Capacity = 10_000

// CapacityUsed is the share of a service's own capacity above which an alert is
// due.
const CapacityUsed = 0.90

// OperationAge is how long an operation may be in flight before its store counts as
// hung: longer than time-outs of callers are, who have all left by then. It is not
// about a scan, a view or an update, which contain the caller's own code.
const OperationAge = 30 * time.Second

// TransactionAge is how long a scan, a view or an update may be in flight before
// a line names it: engines keep what it sees, and some let nobody write meanwhile.
const TransactionAge = time.Minute
