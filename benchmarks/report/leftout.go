package main

// A leftOutError is that of a row that cannot be measured here, for want of
// something that the report itself does not bring, or of quiet.
type leftOutError struct{ why string }

func (e *leftOutError) Error() string { return "left out: " + e.why }

// An omission is a row that the report lacks.
type omission struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}
