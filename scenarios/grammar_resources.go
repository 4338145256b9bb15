package scenarios

// sizes are amounts of memory, in bytes. Kubernetes writes Mi for MiB.
func sizes() quantity {
	const ki, mi, gi = 1 << 10, 1 << 20, 1 << 30
	return quantity{
		noun: "a size", examples: "512MiB or 4GiB", law: "{exponential: 300MiB}", max: 1 << 50,
		units: []unit{{"MiB", mi, 1}, {"GiB", gi, 1}, {"KiB", ki, 1}, {"Mi", mi, 1}, {"Gi", gi, 1}, {"Ki", ki, 1}},
	}
}

// machineResources returns the keys of what a machine has beside cores.
func machineResources() []key {
	return []key{
		{name: "memory", doc: "what its workers may hold together, after the system and whatever else runs there, [below](#memory)", absent: "no limit", shape: amount{quantity: sizes().positive()}},
		{name: "disk", doc: "`{parallel: 4}`: requests (`{disk: LAW}` phases) that its disk works on at once; the others wait, first come first served", absent: "no limit", shape: &record{noun: "a disk", keys: []key{
			{name: "parallel", doc: "requests that it works on at once", shape: amount{quantity: wholes(1, 1_000_000)}, required: true, to: "Disk"},
		}}, to: inPlace},
	}
}

func memoryKeys() *record {
	return &record{noun: "hold, leak and message", keys: []key{
		{name: "hold", doc: "law: what an attempt holds while it runs", absent: "nothing", shape: dist(sizes(), "size")},
		{name: "leak", doc: "law: what stays in its process after it, until that is replaced", absent: "nothing", shape: dist(sizes(), "size")},
		{name: "message", doc: "size: what its message takes in the worker's own process from its receipt until a slot has it, countdowns included", absent: "nothing", shape: amount{quantity: sizes()}},
	}}
}

// workerResources returns the keys of what a worker may use of its machine.
func workerResources() []key {
	size := amount{quantity: sizes().positive()}
	return []key{
		{name: "base_memory", doc: "What its processes hold before any task.", shape: &record{noun: "parent and child", keys: []key{
			{name: "parent", doc: "The worker's own process; 48MiB if it is missing.", shape: amount{quantity: sizes()}},
			{name: "child", doc: "Each child of a prefork pool; 40MiB if it is missing.", shape: amount{quantity: sizes()}},
		}}},
		{name: "memory_limit", doc: "What one instance, its children included, may hold before the kernel kills; that of its machine if it is missing.", shape: size},
		{name: "cpu_limit", doc: "Cores that one instance, its children included, may use at most.", shape: amount{quantity: cores()}},
		{name: "oom", doc: "What the kernel kills when memory runs out: the child that holds most, or the whole worker, as containers do that are killed as a group. child if it is missing; other pools are one process.", shape: word{words: []string{"child", "worker"}}},
	}
}
