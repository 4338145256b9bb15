package live

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSleeperWakesInOrderAndNeverEarly(t *testing.T) {
	s := newSleeper(newAlarm())
	defer s.close()
	var mu sync.Mutex
	var order []int
	var all sync.WaitGroup
	for i, d := range []time.Duration{30 * time.Millisecond, 5 * time.Millisecond, 0, 15 * time.Millisecond} {
		all.Add(1)
		until := time.Now().Add(d)
		s.after(d, func() {
			defer all.Done()
			assert.False(t, time.Now().Before(until), "early")
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
		})
	}
	all.Wait()
	assert.Equal(t, []int{2, 1, 3, 0}, order)
}

func TestSleeperForgets(t *testing.T) {
	s := newSleeper(newAlarm())
	woken := make(chan int, 3)
	for i, d := range []time.Duration{time.Millisecond, 2 * time.Millisecond, time.Hour} {
		n := s.after(d, func() { woken <- i })
		switch i {
		case 0:
			defer s.forget(n) // after it was called: nothing happens
		case 2:
			s.forget(n)
			s.forget(n)
		}
	}
	assert.Equal(t, 0, <-woken)
	assert.Equal(t, 1, <-woken)
	left := make(chan struct{})
	close(left)
	assert.False(t, s.pause(time.Hour, left), "abandoned")
	assert.True(t, s.pause(time.Millisecond, make(chan struct{})))
	assert.Empty(t, s.naps)
	s.close()
}
