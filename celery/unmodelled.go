package celery

import "strings"

// Unmodelled is the sentence that refuses a word by which people ask for what is not simulated, "" for any other.
func Unmodelled(word string) string { return unmodelled[strings.ToLower(word)] }

var unmodelled = map[string]string{
	"sqs": noSQS, "amazonsqs": noSQS, "amazon_sqs": noSQS,

	"max_concurrency": noCommonLimit, "concurrency_limit": noCommonLimit, "global_concurrency": noCommonLimit, "max_running": noCommonLimit,
	"result_backends": noBackend, "results_backend": noBackend, "backend": noBackend,
}

const (
	noSQS         = "Amazon SQS is not simulated: neither its polling nor its visibility timeout is that of redis"
	noCommonLimit = "a limit on how many tasks of a kind run at once on all workers together is not simulated: a queue of its own, which one worker of so many slots takes, has the same effect"
	noBackend     = "result backends are not simulated: storing a result costs nothing here, and a service that tasks call can stand for one"
)
