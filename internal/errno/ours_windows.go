package errno

func ours() *table { return &onWindows }
