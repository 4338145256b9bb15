package system

// Container is what one instance of a worker may use of its machine, and what its processes hold before any task.
type Container struct {
	Parent, Child int64   // bytes of the parent process, and of each child of a prefork pool
	Memory        int64   // bytes that all its processes may hold together; 0 = no limit
	Cores         float64 // that all its processes may use together; 0 = no limit
	Whole         bool    // when memory runs out all of it is killed, not the process that holds most
	Given         bool    // something is said of its memory, so that it is kept account of
}

// What a worker's processes hold when they have done nothing: measured, resident set sizes of Celery 5.2.6 and
// Python 3.11, with the pages counted that parent and children share.
const (
	ParentMemory int64 = 48 << 20
	ChildMemory  int64 = 40 << 20
)

// Base is what a worker with so many children holds before any task, in bytes. Pools without children have 0.
func (c *Container) Base(children int) int64 { return c.Parent + int64(children)*c.Child }
