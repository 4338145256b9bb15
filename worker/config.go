package worker

import "example.com/simrun/des"

// BrokerKind says whose delivery rules hold.
type BrokerKind uint8

// Broker kinds. Ideal has no overhead, first in first out, and allows every order.
const (
	Ideal BrokerKind = iota
	Redis
	RabbitMQ
)

// Pool is the kind of execution pool of a worker.
type Pool uint8

// Pools, by Celery's names for -P.
const (
	Prefork Pool = iota
	Threads
	Gevent
	Solo
)

// Order is the rule by which a worker consumes several queues.
type Order uint8

// Orders. RoundRobin is Celery's default; Sorted goes by queue name, Strict by the order of the worker's queues, Drawn by one
// that each process draws as it starts.
const (
	RoundRobin Order = iota
	Sorted
	Strict
	Weighted
	Drawn
)

// Dispatch is the rule by which an ideal broker picks the worker for a message.
type Dispatch uint8

// Dispatch rules of the ideal broker.
const (
	FreeSlot Dispatch = iota // a worker with a free slot if there is one, else a random one with room in its window
	Random                   // a uniformly random one with room in its window
)

// Broker is the configuration of the message broker.
type Broker struct {
	Kind            BrokerKind
	Dispatch        Dispatch // ideal only
	PrioritySteps   []int    // redis: priorities are rounded down to one of these; 0 is served first
	Publish         des.Time // from the call that publishes to the message lying in the broker
	Restore         des.Time // from the death of a worker to its unacked messages being delivered again
	Visibility      des.Time // redis: how long a message may be unacked before it is delivered again; 0 = for ever
	ConsumerTimeout des.Time // rabbitmq: how long a worker may leave a message unacked; 0 = for ever
	PublishCPU      des.Time // of the producer, a message; 0 = its calls take no cores of a machine
	ServeCPU        des.Time // of the broker, a message; 0 = it takes no cores of a machine
	Way             des.Time // from the producers to the broker, beside Publish: half a round trip
}

// Overheads are the fixed costs in time of taking and running a message, by broker, release and pool (all zero with
// an ideal broker).
type Overheads struct {
	Fetch      des.Time // from room in the window to the message in the worker's hands, when one is waiting
	Start      des.Time // from the worker handing a message to a slot to the body running
	Finish     des.Time // from the end of the body to the slot being free
	FinishLate des.Time // the same with a late ack, which is sent before the slot is free
	Notice     des.Time // from the death of a child by its own hand to its parent seeing it
	Respawn    des.Time // from the parent seeing a child dead to a new one taking tasks

	Retry       des.Time // for which a child is busy with publishing the retry of its task
	After       des.Time // CPU time of a worker's loop a task, beside the times above
	Switch      des.Time // threads: for which each computing thread keeps the interpreter lock from the others
	Kill        des.Time // for which killing a child blocks its parent
	Fork        des.Time // for which starting a child blocks its parent
	Restart     des.Time // prefork: from the death of the whole worker to a new one taking tasks; that of the others is Respawn
	Exit        des.Time // from the end of a recycled child's last task to its death
	Maintenance des.Time // period of the timer that finds children whose death went unnoticed; 0 = none does
	Look        des.Time // redis: from one look for messages unacked for too long to the next; 0 = none
	Widen       des.Time // rabbitmq: from one widening of the window for a held eta to the next
	Connect     des.Time // for which a child is busy with connecting to the broker, before its first retry
	Wake        des.Time // from the end of what a body waits for to the body going on
	Drain       des.Time // gevent: for which its consumer waits for a message at a time
	BatchWithin des.Time // within which two ends may be read in one turn of the loop

	Unnoticed      float64 // share of the deaths that the parent does not notice at once
	UnnoticedAlone float64 // the same of the kills of an only child
	Batched        float64 // share of the last two ends within BatchWithin that are read in one turn
	Overtaken      float64 // chance that an answer of redis overtakes a reserved message on its way to a child, soon after another slot was freed
	OvertakenAlone float64 // the same where no other slot was freed within BatchWithin
	TakesLock      float64 // threads: chance that a computing thread takes the interpreter lock when it is given up
	GivesUpLock    int     // threads: how often the consumer gives it up for a message, and again after it
}

// Overflow says what a full queue does with one message too many.
type Overflow uint8

// Overflow rules.
const (
	Reject Overflow = iota
	DropHead
)

// Queue is the configuration of one named queue.
type Queue struct {
	Name          string
	MaxLength     int // messages waiting in the broker; -1 = no limit
	Overflow      Overflow
	MaxPriority   int      // rabbitmq: x-max-priority; -1 = unset, priorities are ignored
	DeliveryLimit int      // redeliveries after which a message is dead; -1 = no limit
	Quorum        bool     // rabbitmq: its messages lie with a majority of nodes
	ServeCPU      des.Time // of the broker, a message, beside its own ServeCPU
	TwoToOne      bool     // rabbitmq: of two messages above priority 4 and one of the others, instead of MaxPriority
	Patient       bool     // rabbitmq: its messages may be unacked for ever, whatever the consumer timeout
	Delays        bool     // rabbitmq: a message with an eta comes to it when that is less than a second away
}

// Config is the configuration of one worker: an instance with its loop and its slots.
type Config struct {
	Name               string
	Pool               Pool
	Concurrency        int   // slots
	Queues             []int // consumed queues, in the order given
	Order              Order
	Weights            []int // with Weighted: one a queue
	Overflow           []int // queues taken only when all of Queues are empty
	Reserve            []int // slots kept for each of Queues; nil = none. With a Loop that is Alert
	PrefetchMultiplier int   // window = multiplier x concurrency; 0 = no limit
	DisablePrefetch    bool
	PerConsumer        bool // rabbitmq counts the window for each queue by itself, and it never changes
	NarrowsWindow      bool // for what still runs when it connects again, unless KeepsWindow
	KeepsWindow        bool
	CancelsOnLoss      bool // of its connection: late-acked tasks that run
	RetriesChannel     bool // connects again when rabbitmq has closed its channel, instead of ending
	AcksLate           bool
	RejectOnWorkerLost bool
	SoftLimit          des.Time // 0 = none
	HardLimit          des.Time // 0 = none
	SoftShutdown       des.Time // prefork: what runs gets only so long when it is to end, and is then given back; 0 = all the time it needs
	MaxTasksPerChild   int      // 0 = children are not recycled
	MaxMemoryPerChild  int64    // bytes; 0 = children are not recycled for their memory
	EtaTaskLimit       int      // most messages in the window while it holds some with an eta to come; 0 = no limit
	AutoscaleMin       int      // processes at first, and at least; 0 = always Concurrency of them
	Keepalive          des.Time // with AutoscaleMin: from the last growth to the first shrinking
	Loop               Loop
	Wakeup             des.Time // with a Loop that sleeps: period of the timers that wake it
	TimersLast         bool     // its timers fire after it has looked at its children: what is due waits for the next turn
	Charged            bool     // the overheads are CPU time of the worker's machine, if the Host has cores
	Overheads          Overheads

	RoundTrip des.Time // to the broker and back, beside the overheads; 0 = it is next door
}

// Tri is a setting of a task that may be left to the worker.
type Tri uint8

// Values of Tri.
const (
	Unset Tri = iota
	Off
	On
)

// Or is the setting, or fallback when it is unset.
func (t Tri) Or(fallback bool) bool {
	if t == Unset {
		return fallback
	}
	return t == On
}

// Class is what a message knows of its kind of task.
type Class struct {
	Name               string
	HasPriority        bool
	Priority           int // as Celery would send it
	AcksLate           Tri
	RejectOnWorkerLost Tri
	SoftLimit          des.Time // 0 = the worker's
	HardLimit          des.Time // 0 = the worker's
	Retry              Retry
	Pace               des.Time // rate_limit: between two of its tasks on one worker, at least; 0 = no limit
}

// Retry is a retry policy. The delay before retry n (from 0) is Delay x Backoff^n, at most Cap; with full jitter a
// uniform share of it (celery/utils/time.py: get_exponential_backoff_interval).
type Retry struct {
	Max     int      // retries after the first attempt; 0 = none
	Delay   des.Time // before the first retry
	Backoff float64  // factor from one retry to the next
	Cap     des.Time // longest delay; 0 = no cap
	Jitter  bool     // full jitter
	OnError bool     // retry after an error
	OnSoft  bool     // retry after the soft time limit

	OnService bool // retry after a call of a service that failed
}

// Target is a bound whose attainment is counted exactly, task by task.
type Target struct {
	Metric Metric
	Bound  des.Time
	Slice  des.Time // > 0: counted for each slice of the window of that length, too
	By     des.Time // with HasBy: the hour of the day by which a task is to end, instead of Bound
	HasBy  bool
}

// Metric is a duration measured of every task.
type Metric uint8

// Metrics of a task. Wait is intended arrival to first start; Response intended arrival to final end; Run start to
// end of one attempt.
const (
	Wait Metric = iota
	Response
	Run
	Metrics = iota
)
