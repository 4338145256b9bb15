package scenarios

// dist is a quantity that varies: a constant, or a law by its name. Its key table is built for the unit of the
// quantity (durations, counts), and refers to itself in mixtures.
func dist(q quantity, id string) shape {
	var (
		d        = &either{}
		above    = amount{quantity: q.positive()}
		plain    = amount{quantity: q}
		ratio    = amount{quantity: numbers().positive()}
		mean     = key{name: "mean", doc: "Mean.", shape: above}
		cv       = key{name: "cv", doc: "Coefficient of variation: standard deviation / mean.", shape: ratio}
		weight   = amount{quantity: numbers()}
		required = func(k key) key { k.required = true; return k }
		law      = func(name, doc string, s shape) key { return key{name: name, doc: doc, shape: s} }
	)
	meanCV := &record{noun: "mean and cv", keys: []key{required(mean), required(cv)}}
	laws := []key{
		law("exponential", "Exponential law of that mean.", above),
		law("erlang", "Sum of k exponentials.", &record{noun: "mean and k", keys: []key{required(mean), {name: "k", doc: "Number of stages.", shape: amount{quantity: wholes(1, 1_000_000)}, required: true}}}),
		law("gamma", "Gamma law.", meanCV),
		law("lognormal", "Lognormal law, by its mean and cv or by two quantiles.", &record{
			noun: "mean and cv, or p50 and p99", keys: []key{
				mean, cv,
				{name: "p50", doc: "Median.", shape: above},
				{name: "p99", doc: "99th percentile.", shape: above},
			},
			forms: [][]string{{"mean", "cv"}, {"p50", "p99"}},
		}),
		law("weibull", "Weibull law.", meanCV),
		law("pareto", "Pareto law, cut off at max.", &record{noun: "mean, alpha and max", keys: []key{
			required(mean),
			{name: "alpha", doc: "Exponent of the tail.", shape: ratio, required: true},
			{name: "max", doc: "Largest value; none if it is missing, and alpha must then be above 1.", shape: above},
		}}),
		law("hyperexponential", "Exponential with one of several means; by mean and cv: two branches with balanced means.", &record{
			noun: "mean and cv, or means and weights", keys: []key{
				mean, cv,
				{name: "means", doc: "Means of the branches.", shape: &sequence{noun: "a list of means", of: above, length: [2]int{1, 0}}},
				{name: "weights", doc: "Chances of the branches, as weights.", shape: &sequence{noun: "a list of weights", of: weight, length: [2]int{1, 0}}},
			},
			forms: [][]string{{"mean", "cv"}, {"means", "weights"}},
		}),
		law("uniform", "Uniform between two values.", &sequence{noun: "a list of two values, low and high", of: plain, length: [2]int{2, 2}}),
		law("empirical", "One of these values, each with the same chance: a list, or a file with one value a line (seconds, bytes or plain counts), relative to the scenario.",
			&either{of: []shape{&sequence{noun: "a list of values", of: plain, length: [2]int{1, 0}}, phrase{noun: "a file"}}}),
		law("mixture", "One of several laws, by weight.", &sequence{noun: "a list of {weight, of}", length: [2]int{1, 0}, of: &record{noun: "a part of a mixture", keys: []key{
			{name: "weight", doc: "Chance of this part, as a weight.", shape: weight, required: true}, {name: "of", doc: "Its law.", shape: d, required: true},
		}}}),
	}
	forms := make([][]string, len(laws))
	for i, l := range laws {
		forms[i] = []string{l.name}
	}
	d.of = []shape{plain, &record{noun: "a law such as " + q.law, keys: laws, forms: forms}}
	d.id = id
	return d
}

// counts are the numbers of tasks that come at once.
func counts() quantity {
	return quantity{noun: "a number", law: "{uniform: [1, 5]}", max: 1e6, units: []unit{{"", 1, 1}}}
}
