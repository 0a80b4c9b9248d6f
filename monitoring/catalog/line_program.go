package catalog

// Messages of the example programs.
const (
	Started               Message = "started"
	Stopping              Message = "stopping"
	FaultChanged          Message = "fault changed"
	ConnectionAccepted    Message = "connection accepted"
	ConnectionNotAccepted Message = "connection not accepted"
	TooManyClients        Message = "too many clients"
	ClientRefused         Message = "client refused"
	ClientDropped         Message = "client dropped"
	ClientSpeaksHTTP      Message = "client speaks HTTP"
	ReplyCutOff           Message = "reply cut off"
	CommandPanicked       Message = "command panicked"
)

var programLines = []Line{
	{
		Message: Started, Levels: atInfo,
		Fields: []Field{FieldListen}, Optional: []Field{FieldAdmin, FieldEngine, FieldRate, FieldFault},
		When:    "The program serves",
		Sources: []string{fromQuickstart, fromKVServer},
	},
	{
		Message: Stopping, Levels: atInfo,
		When:    "The program was asked to stop",
		Sources: []string{fromQuickstart, fromKVServer},
	},
	{
		Message: FaultChanged, Levels: atInfo,
		Fields:  []Field{FieldFault},
		When:    "A fault of the demonstration was switched on or off",
		Sources: []string{fromQuickstart},
	},
	ofClient(Line{
		Message: ConnectionAccepted, Levels: atDebug, When: "A client has connected",
	}),
	{
		Message: ConnectionNotAccepted, Levels: atWarn,
		Fields: []Field{FieldError}, Optional: []Field{FieldSuppressed},
		When:    "The listener failed to accept a client",
		Sources: []string{fromKVServer},
	},
	ofClient(Line{
		Message: TooManyClients, Levels: atWarn,
		When: "A client came when the server was full, and was told so",
	}),
	ofClient(Line{
		Message: ClientRefused, Levels: atWarn, Fields: []Field{FieldError},
		When: "A client broke the protocol or asked for too much, and was told so",
	}),
	ofClient(Line{
		Message: ClientDropped, Levels: atWarn, Fields: []Field{FieldError},
		When: "A client sent the rest of a command too late, or did not read its replies",
	}),
	ofClient(Line{
		Message: ClientSpeaksHTTP, Levels: atWarn,
		When: "A client sent what a web browser sends",
	}),
	ofClient(Line{
		Message: ReplyCutOff, Levels: atWarn, Fields: []Field{FieldError},
		When: "A command failed after its reply had begun, and the client was dropped",
	}),
	ofClient(Line{
		Message: CommandPanicked, Levels: atWarn, Fields: []Field{FieldPanic, FieldStack},
		When: "A command panicked, and its client was dropped",
	}),
}

// ofClient completes a line about a client of kvserver.
func ofClient(l Line) Line {
	l.Fields = append([]Field{FieldClientIP}, l.Fields...)
	if l.Message != ConnectionAccepted {
		l.Optional = []Field{FieldSuppressed}
	}
	l.Sources = []string{fromKVServer}
	return l
}
