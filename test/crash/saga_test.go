package crash

func crasher() {}
