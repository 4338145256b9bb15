package experiment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/experiment"
)

// What the real world does not have is not left out in silence there.
func TestServicesAndFaultsAreSimulatedOnly(t *testing.T) {
	sc := read(t, strings.Replace(struck, "FAULTS", "[]", 1))
	_, err := experiment.Measure(context.Background(), sc, nil, experiment.BenchOptions{})
	assert.EqualError(t, err, `task "calls" calls the service "api": services are simulated only`)
	sc = read(t, strings.ReplaceAll(strings.Replace(struck, "FAULTS", "[{at: 10m, for: 1m, service: api}]", 1), "io: api", "io: 1s"))
	_, err = experiment.Measure(context.Background(), sc, nil, experiment.BenchOptions{})
	assert.EqualError(t, err, "api down: planned faults of services and zones, and compromised tasks, are simulated only")
}

func TestTransfersAreSimulatedOnly(t *testing.T) {
	_, err := experiment.Measure(context.Background(), read(t, sending), nil, experiment.BenchOptions{})
	assert.EqualError(t, err, `task "a" transfers data to the zone "home": zones are simulated only`)
}
