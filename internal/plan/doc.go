// Package plan finds how many slots a layout needs, and layouts that nobody wrote down: the least capacity that meets every
// target, shown to pass, beside one slot less, shown to fail.
//
// It makes scenarios of one layout each (scenarios.Draft), has them judged (experiment.Judge), and knows nothing of how
// runs are simulated or results shown. It never looks at a clock: its budget is a number of events.
//
//	p, err := plan.Run(ctx, scenario, plan.Options{})
//	fmt.Println(p.Status, p.Answer.Slots)
//
// Start with plan.go, which goes from the layouts to the answer; least.go has the search for the least capacity of one
// layout, judge.go how a size of it is judged, settle.go its proof, knobs.go what may be varied of it, search.go the search
// among layouts that it makes up (layouts.go, variants.go), ahead.go what is asked ahead.
package plan
