package scenarios

import (
	"slices"

	"example.com/simrun/workloads"
)

func labelList() shape {
	return &sequence{noun: "a list of labels such as [pii]", of: name("a label"), length: [2]int{0, workloads.MaxLabels}}
}

// labels refuses what makes no set.
func (d *decoder) labels(v *value, classes []workloads.Class) {
	for i := range classes {
		list := v.get(classes[i].Name).get("labels")
		for n, label := range classes[i].Labels {
			if slices.Contains(classes[i].Labels[:n], label) {
				d.errorf(list.items[n].at, join(join(join("tasks", classes[i].Name), "labels"), n), "%q: twice in the list", label)
			}
		}
	}
	if n := len(workloads.Labels(classes)); n > workloads.MaxLabels {
		d.errorf(v.at, "tasks", "%d different labels: want at most %d", n, workloads.MaxLabels)
	}
}

// addLabels writes a list of labels, if there are any.
func addLabels(v *value, key string, labels []string) {
	if len(labels) == 0 {
		return
	}
	list := &value{kind: list}
	for _, label := range labels {
		list.items = append(list.items, textValue(label))
	}
	v.add(key, list)
}
