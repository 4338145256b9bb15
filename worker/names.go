package worker

import "slices"

// The names of what can be chosen, as scenarios and Celery write them.
var (
	brokerNames   = [...]string{Ideal: "ideal", Redis: "redis", RabbitMQ: "rabbitmq"}
	poolNames     = [...]string{Prefork: "prefork", Threads: "threads", Gevent: "gevent", Solo: "solo"}
	orderNames    = [...]string{RoundRobin: "round_robin", Sorted: "sorted", Strict: "strict", Weighted: "weighted", Drawn: "drawn"}
	metricNames   = [...]string{Wait: "wait", Response: "response", Run: "run"}
	dispatchNames = [...]string{FreeSlot: "free_slot", Random: "random"}
)

// String is the broker's name.
func (k BrokerKind) String() string { return brokerNames[k] }

// String is the pool's name.
func (p Pool) String() string { return poolNames[p] }

// String is the order's name.
func (o Order) String() string { return orderNames[o] }

// String is the rule's name.
func (d Dispatch) String() string { return dispatchNames[d] }

// String is the duration's name.
func (m Metric) String() string { return metricNames[m] }

// BrokerNames are those of the brokers, in the order of their constants.
func BrokerNames() []string { return slices.Clone(brokerNames[:]) }

// PoolNames are those of the pools.
func PoolNames() []string { return slices.Clone(poolNames[:]) }

// OrderNames are those of the orders.
func OrderNames() []string { return slices.Clone(orderNames[:]) }

// MetricNames are those of the durations.
func MetricNames() []string { return slices.Clone(metricNames[:]) }

// DispatchNames are those of the dispatch rules.
func DispatchNames() []string { return slices.Clone(dispatchNames[:]) }
