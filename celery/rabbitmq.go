package celery

import (
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// RabbitVersions are the versions of rabbitmq whose rules are known (rabbitmq.com: release notes, "Quorum Queues").
func RabbitVersions() []string { return []string{"3.13", "4.0", "4.1", "4.2", "4.3"} }

// QuorumTrip is what a message of a quorum queue takes longer to the worker, and an ack back until it makes room, both
// together: both are written by a majority first. Measured, from due to received: 2.9-3.2 ms (10th percentile) against
// 1.6-2.0 ms of classic queues (rabbitmq 3.10.8, one node).
const QuorumTrip des.Time = 2400 * time.Microsecond

// QuorumCPU is the CPU time that a message of a quorum queue takes of the broker beside that of a classic one: the same
// tasks took 1.66 and 1.75 ms more (two runs each of recordings 40a and 40b, CPU of all processes).
const QuorumCPU des.Time = 1700 * time.Microsecond

// QuorumDeliveryLimit is the delivery-limit of quorum queues since 4.0, where nothing is said.
const QuorumDeliveryLimit = 20

// QuorumPriorities is how quorum queues have priorities: not before 4.0, two levels up to 4.2, then 32.
func QuorumPriorities(version string) (maxPriority int, twoToOne bool) {
	switch {
	case version < "4.0":
		return -1, false
	case version < "4.3":
		return -1, true
	}
	return 31, false
}

// CountsPerConsumer says whether a worker asks rabbitmq for a prefetch count of each consumer instead of one for all: from
// 5.5 on where it finds a quorum queue among its own (worker_detect_quorum_queues), from 5.7 on with rabbitmq 4 always
// (kombu/transport/pyamqp.py: qos_semantics_matches_spec).
func CountsPerConsumer(release, version string, quorum bool) bool {
	return quorum && release >= "5.5" || release >= "5.7" && version >= "4.0"
}

// NarrowsWindow says whether a worker that connects again asks for less than its window: since 5.4, and from 5.7 on only
// where its count is for all its queues, which that of redis is not taken for (celery/worker/consumer/consumer.py:
// on_connection_error_after_connected).
func NarrowsWindow(release string, kind worker.BrokerKind, perConsumer bool) bool {
	return release >= "5.4" && (release < "5.7" || kind == worker.RabbitMQ && !perConsumer)
}

// Refused says why rabbitmq refuses the prefetch count that a worker asks for, "" if it does not.
func Refused(release, version string, quorum bool) string {
	switch {
	case CountsPerConsumer(release, version, quorum):
	case quorum:
		return "celery " + release + " asks for one prefetch count for all queues, which rabbitmq refuses on quorum queues (540 NOT_IMPLEMENTED): want celery 5.5 or later, or classic queues"
	case version >= "4.3":
		return "celery " + release + " asks for one prefetch count for all queues, which rabbitmq " + version + " refuses: want celery 5.7, rabbitmq 4.2 or quorum queues with celery 5.5 or later"
	}
	return ""
}
