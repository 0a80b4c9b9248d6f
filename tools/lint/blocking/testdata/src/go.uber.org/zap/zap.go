// Package zap stands for the real one.
package zap

type Field struct{}

func Error(error) Field { return Field{} }

type Logger struct{}

func (*Logger) Info(string, ...Field) {}
