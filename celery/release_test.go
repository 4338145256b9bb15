package celery

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReleases(t *testing.T) {
	for release, want := range map[string][2]string{
		"4.4": {"4.4", "5.2"}, "4.4.7": {"4.4", "5.2"}, "5.0.5": {"5.0", "5.2"}, "5.1": {"5.1", "5.2"}, "5.2.7": {"5.2", "5.2"},
		"5.3.6": {"5.3", "5.6"}, "5.4.0": {"5.4", "5.6"}, "5.5.3": {"5.5", "5.6"}, "5.6.2": {"5.6", "5.6"}, "5.7.0rc1": {"5.7", "5.6"},
	} {
		series, err := Series(release)
		require.NoError(t, err)
		as, why := BehavesAs(series)
		assert.Equal(t, want, [2]string{series, as}, release)
		assert.Equal(t, series == as, why == "", "%s: a recorded release needs no reason, another one does", release)
	}
	for _, release := range []string{"", "5", "5.8", "4.3", "6.0", "5.6.x", "v5.6", "5.60"} {
		_, err := Series(release)
		assert.Error(t, err, release)
	}
}
