package scenarios

import "example.com/simrun/celery"

// quantityOf is the quantity of a setting that is a number.
func quantityOf(q celery.Quantity) quantity {
	var of quantity
	switch q.Kind {
	case celery.Duration:
		of = durations()
	case celery.Size:
		of = sizes()
	case celery.Share:
		of = shares()
	default:
		of = wholes(q.Min, q.Max)
	}
	if q.Positive {
		of = of.positive()
	}
	return of
}
