package plan

import "example.com/simrun/scenarios"

func (p *planner) search(*scenarios.Draft, []*fit) ([]*fit, error) { return nil, nil }
