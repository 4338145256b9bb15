package workloads

import "slices"

// MaxLabels is the most different labels of a scenario: a set of them is one machine word.
const MaxLabels = 64

// Labels returns the different labels of all classes, in the order in which they come first.
func Labels(classes []Class) []string {
	var all []string
	for i := range classes {
		for _, label := range classes[i].Labels {
			if !slices.Contains(all, label) {
				all = append(all, label)
			}
		}
	}
	return all
}

// Carries says whether the class has a label.
func (c *Class) Carries(label string) bool { return slices.Contains(c.Labels, label) }
