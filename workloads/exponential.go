package workloads

import "example.com/simrun/des"

type exponential struct{ mean float64 }

// Exponential has the density exp(-x/mean)/mean.
func Exponential(mean float64) (Dist, error) {
	if err := positive("mean", mean); err != nil {
		return nil, err
	}
	return exponential{mean}, nil
}

func (e exponential) Draw(s *des.Stream) float64 { return e.mean * s.ExpFloat64() }
func (e exponential) Mean() float64              { return e.mean }
func (e exponential) CV() float64                { return 1 }
func (e exponential) String() string             { return "{exponential: " + seconds(e.mean) + "}" }
