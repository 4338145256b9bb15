package experiment_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A task a minute sends 30 MiB: 60 x 30 / 1024 GiB in an hour at 0.09, beside a machine at 0.20.
const sending = `
run: {duration: 10h, warmup: 0s, drain: 1h, replications: 2}
broker: ideal
zones: {cloud: {reaches: {home: {rtt: 20ms, egress: 0.09/GiB}}}, home: {}}
machines: {cloud: {cores: 2, zone: cloud, price: 0.20/h}, home: {cores: 2, zone: home}}
tasks: {a: {arrivals: {every: 1m}, work: [{io: 1s}, {transfer: 30MiB, to: home}]}}
strategies:
  cloud: {workers: {w: {queues: [a], concurrency: 2, machine: cloud}}}
  home: {workers: {w: {queues: [a], concurrency: 2, machine: home}}}
`

func TestEgressIsPartOfTheCost(t *testing.T) {
	r := answer(t, sending)
	cloud, home := r.Strategies[0], r.Strategies[1]
	// The first of the tasks arrives after a minute, so that 599 fall into the ten hours.
	gib := 59.9 * 30 / 1024
	require.Len(t, cloud.Egress, 1)
	assert.Equal(t, "cloud", cloud.Egress[0].From)
	assert.Equal(t, "home", cloud.Egress[0].To)
	assert.InEpsilon(t, 730*gib, cloud.Egress[0].GiB.Value, 1e-9)
	assert.InEpsilon(t, 730*gib*0.09, cloud.Egress[0].Cost.Value, 1e-9)
	require.NotNil(t, cloud.Costs)
	assert.InEpsilon(t, 730*0.20, cloud.Costs.Machines.Value, 1e-9)
	assert.InEpsilon(t, 730*gib*0.09, cloud.Costs.Egress.Value, 1e-9)
	assert.InEpsilon(t, 0.20+gib*0.09, cloud.Costs.PerHour.Value, 1e-9)
	assert.InEpsilon(t, 730*(0.20+gib*0.09), cloud.Costs.PerMonth.Value, 1e-9)
	assert.Empty(t, home.Egress)
	require.NotNil(t, home.Costs, "the prices of data count")
	assert.Zero(t, home.Costs.PerMonth.Value)
	assert.Zero(t, home.Costs.Egress.Value)
}
