package celery

import "example.com/simrun/des"

// Worker is the settings of one worker as written. Nil and empty mean "not given".
type Worker struct {
	Name               string
	Queues             []string
	Concurrency        *int
	Order              string
	Weights            map[string]int
	Pool               string
	PrefetchMultiplier *int
	DisablePrefetch    *bool
	PrefetchReduction  *bool // when it connects again
	ChannelErrorRetry  *bool
	CancelOnLoss       *bool // of its connection
	AcksLate           *bool
	RejectOnWorkerLost *bool
	SoftLimit          *des.Time
	HardLimit          *des.Time
	SoftShutdown       *des.Time // 0 = none
	MaxTasksPerChild   *int
	MaxMemoryPerChild  *int64 // bytes
	EtaTaskLimit       *int
	Autoscale          *Autoscale // of its processes
	Keepalive          *des.Time  // of the autoscaler
	WakeupTimer        *des.Time  // 0 = none
	Heartbeat          *bool
	Overflow           []string
	Reserve            map[string]int // slots kept for a queue
}

// Autoscale is between how many processes Celery's own autoscaler goes.
type Autoscale struct{ Min, Max int }

// Broker is the settings of a broker as written.
type Broker struct {
	Kind          string // ideal | redis | rabbitmq
	Version       string // of rabbitmq
	Dispatch      string // free_slot | random, with ideal
	PrioritySteps []int  // with redis
	Visibility    *des.Time
	Timeout       *des.Time // of consumers, with rabbitmq; 0 = none
	Overheads     map[string]des.Time
	Chances       map[string]float64 // overheads that are shares or counts
}
