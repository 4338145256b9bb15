package scenarios

// dist returns a quantity that varies: a constant, or a law by its name. Its key table is built for the unit of the
// quantity (durations, counts), and refers to itself in mixtures.
func dist(q quantity, id string) shape {
	var (
		d        = &either{}
		above    = amount{quantity: q.positive()}
		plain    = amount{quantity: q}
		ratio    = amount{quantity: numbers().positive()}
		mean     = key{name: "mean", doc: "mean", shape: above}
		cv       = key{name: "cv", doc: "coefficient of variation: standard deviation / mean", shape: ratio}
		weight   = amount{quantity: numbers()}
		required = func(k key) key { k.required = true; return k }
	)
	meanCV := &record{noun: "mean and cv", keys: []key{required(mean), required(cv)}}
	laws := []key{
		{name: "exponential", example: "{exponential: 1s}", doc: "exponential with that mean", shape: above},
		{name: "erlang", example: "{erlang: {mean: 1s, k: 3}}", doc: "sum of k exponentials", shape: &record{noun: "mean and k", keys: []key{
			required(mean), {name: "k", doc: "number of exponentials", shape: amount{quantity: wholes(1, 1_000_000)}, required: true},
		}}},
		{name: "gamma", example: "{gamma: {mean: 5s, cv: 0.8}}", doc: "gamma; cv = standard deviation / mean", shape: meanCV},
		{name: "lognormal", example: "{lognormal: {mean: 1s, cv: 2}}`, `{lognormal: {p50: 40ms, p99: 400ms}}", doc: "lognormal, by mean and cv or by two quantiles", shape: &record{
			noun: "mean and cv, or p50 and p99", keys: []key{
				mean, cv,
				{name: "p50", doc: "median", shape: above},
				{name: "p99", doc: "99th percentile", shape: above},
			},
			forms: [][]string{{"mean", "cv"}, {"p50", "p99"}},
		}},
		{name: "weibull", example: "{weibull: {mean: 1s, cv: 1.5}}", doc: "Weibull", shape: meanCV},
		{name: "pareto", example: "{pareto: {mean: 1s, alpha: 1.5, max: 1h}}", doc: "Pareto, cut off at max; without `max`, alpha must be above 1", shape: &record{noun: "mean, alpha and max", keys: []key{
			required(mean),
			{name: "alpha", doc: "exponent of the tail", shape: ratio, required: true},
			{name: "max", doc: "largest value", absent: "none", shape: above},
		}}},
		{name: "hyperexponential", example: "{hyperexponential: {mean: 1s, cv: 3}}`, `{hyperexponential: {means: [1s, 10s], weights: [0.9, 0.1]}}", doc: "exponential with one of several means: by mean and cv two branches with balanced means, or branches as given", shape: &record{
			noun: "mean and cv, or means and weights", keys: []key{
				mean, cv,
				{name: "means", doc: "means of the branches", shape: &sequence{noun: "a list of means", of: above, length: [2]int{1, 0}}},
				{name: "weights", doc: "chances of the branches, as weights", shape: &sequence{noun: "a list of weights", of: weight, length: [2]int{1, 0}}},
			},
			forms: [][]string{{"mean", "cv"}, {"means", "weights"}},
		}},
		{name: "uniform", example: "{uniform: [0s, 2s]}", doc: "uniform between two values", shape: &sequence{noun: "a list of two values, low and high", of: plain, length: [2]int{2, 2}}},
		{
			name: "empirical", example: "{empirical: [1s, 2s, 2s]}`, `{empirical: file.csv}", doc: "one of these values, each with the same chance; a file, relative to the scenario, has one a line (seconds, bytes or plain counts)",
			shape: &either{of: []shape{&sequence{noun: "a list of values", of: plain, length: [2]int{1, 0}}, phrase{noun: "a file"}}},
		},
		{name: "mixture", example: "{mixture: [{weight: 0.9, of: 10ms}, {weight: 0.1, of: {exponential: 1m}}]}", doc: "one of several laws, by weight", shape: &sequence{noun: "a list of {weight, of}", length: [2]int{1, 0}, of: &record{noun: "a part of a mixture", keys: []key{
			{name: "weight", doc: "chance of this part, as a weight", shape: weight, required: true}, {name: "of", doc: "its law", shape: d, required: true},
		}}}},
	}
	d.of = []shape{plain, &record{noun: "a law such as " + q.law, keys: laws, forms: each(laws)}}
	d.id, d.law = id, &q
	return d
}

// counts returns the numbers of tasks that come at once.
func counts() quantity {
	return quantity{noun: "a number", law: "{uniform: [1, 5]}", max: 1e6, units: []unit{{"", 1, 1}}}
}
