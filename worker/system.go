package worker

import "example.com/simrun/des"

// Setup is what a System is made of.
type Setup struct {
	Broker     Broker
	Queues     []Queue
	Classes    []Class
	ClassQueue []int // the queue of each class
	Workers    []Config
	Targets    [][]Target // of each class; may be nil
	Priorities []int      // that messages may carry besides those of their classes
	Fleets     []Fleet    // workers whose number follows the load
	Origin     des.Time   // time of the week at time 0, for their plans
	Key        des.Key    // of the broker's own choices
	Recorder   Recorder   // nil = nobody listens
	Deploys    []Deploy
	Outages    []Outage // of the broker
	Causes     int      // whose tolls are kept
	Holders    bool     // keep who holds the slots that others wait for
}

// System is a broker and its workers. Every method takes the present time, which never goes back.
type System struct {
	host         Host
	recorder     Recorder
	now          des.Time
	broker       Broker
	classes      []Class
	kinds        []kind // by class
	priorities   priorities
	queues       []queue
	workers      []instance
	slots        []slot
	tasks        tasks
	freeTask     int32     // the first entry that may be used again; none = there is none
	messages     []message // delivered more than once
	freeMessages []int32
	asks         uint64 // serial of the last ask for a message
	waiting      int    // messages in all queues
	watched      bool   // somebody will look for messages that are unacked for too long for rabbitmq
	choice       *des.Stream
	labour       Labourer // the host, if it has cores
	copier       Copier   // the host, if it can run a task twice
	observer     Observer // the host, if it follows processes
	weigher      Weigher  // the host, if it has an account of what waiting messages weigh
	drawer       Drawer   // the host, if it can draw a task again, and nobody tells tasks apart
	bystander    Bystander
	recalled     Publication
	holders      *holders // nil = nobody asks
	windowEnd    des.Time // of theirs; Never = none
	deploys      []Deploy
	rollouts     []rollout // begun
	outages      []Outage  // of the broker
	back         des.Time  // when the last one that has begun is over, and what adjoins it
	refusals     int32     // cause of what cannot be published
	cause        int32     // of what happens now
	buckets      []bucket  // worker x class; nil = no class has a rate limit
	blocked      des.Time  // when the last of the blocked loops goes on
	publishing   des.Time  // when the producers have published what they have
	scratch      []int32
	lost         []int32 // tasks of a worker that dies
	struck       []int32 // workers that were up when what they run on failed

	fleets   []fleet
	landlord Landlord // the host, if its machines come and go
	boots    *des.Stream
	bootKey  des.Key
	origin   des.Time
	opening  bool    // the replicas ordered now have been there before
	metered  bool    // some of them ask for rates
	prompt   []int32 // fleets that are looked at after every change

	tally     Tally
	from, to  des.Time
	binWidth  des.Time
	stepWidth des.Time
	seen      bool // the observed window has ended
	open      int  // observed tasks that have not ended
}

// kind is what the tasks of a class have in common.
type kind struct {
	class   *Class
	tally   *ClassTally
	targets []Target
	judged  bool // it has targets, or a course
	queue   *queue
	level   uint8 // of a message with the class's own priority
}

// queueOf is the queue of a task.
func (s *System) queueOf(t *task) *queue { return s.kinds[t.class].queue }

// policy is what a worker's settings and a class's own make together.
type policy struct {
	limit        des.Time // 0 = none
	late, reject bool
	soft         bool // the limit raises an error in the task instead of killing its child
}

// New makes a System whose workers are up and idle at time 0.
func New(setup Setup, host Host) *System {
	s := &System{
		windowEnd: des.Never,
		freeTask:  none,
		host:      host,
		recorder:  setup.Recorder,
		broker:    setup.Broker,
		classes:   setup.Classes,
		origin:    setup.Origin,
		queues:    make([]queue, len(setup.Queues)),
		choice:    des.NewStream(setup.Key),
		to:        des.Never,
		cause:     NoCause,
		tally: Tally{
			Classes: make([]ClassTally, len(setup.Classes)),
			Queues:  make([]QueueTally, len(setup.Queues)),
			Workers: make([]WorkerTally, len(setup.Workers)),
		},
	}
	s.labour, _ = host.(Labourer)
	s.copier, _ = host.(Copier)
	s.observer, _ = host.(Observer)
	if weigher, ok := host.(Weigher); ok && weigher.Weighs() {
		s.weigher = weigher
	}
	b, listens := s.recorder.(Bystander)
	if aloof := listens && b.Aloof(); s.recorder == nil || aloof {
		s.drawer, _ = host.(Drawer)
		s.bystander = b
	}
	occurring := setup.Priorities
	for i := range s.classes {
		occurring = append(occurring, s.classes[i].Priority)
	}
	for i := range setup.Queues {
		occurring = append(occurring, max(setup.Queues[i].MaxPriority, 0))
		if setup.Queues[i].TwoToOne {
			occurring = append(occurring, mostNormal+1)
		}
	}
	s.priorities = newPriorities(&s.broker, occurring)
	for i := range s.queues {
		q := &s.queues[i]
		q.id, q.cfg = int32(i), &setup.Queues[i]
		q.levels = make([]level, s.priorities.levels())
		for l := range q.levels {
			q.levels[l].list = emptyList()
		}
	}
	for i := range s.classes {
		q := &s.queues[setup.ClassQueue[i]]
		k := kind{class: &s.classes[i], tally: &s.tally.Classes[i], queue: q, level: s.priorities.level(s.classes[i].Priority, q.cfg)}
		if setup.Targets != nil {
			k.targets, k.judged = setup.Targets[i], len(setup.Targets[i]) > 0
		}
		k.tally.Within = make([]Share, len(k.targets))
		s.kinds = append(s.kinds, k)
	}
	s.addWorkers(setup.Workers, setup.Fleets)
	if setup.Holders {
		s.holders, s.windowEnd = newHolders(s), fiveMinutes
		for i := range s.workers {
			s.resized(&s.workers[i])
		}
	}
	s.scatter(setup.Key)
	s.seat()
	if setup.Causes > 0 {
		s.tally.Tolls = make([][]Toll, setup.Causes)
		for i := range s.tally.Tolls {
			s.tally.Tolls[i] = make([]Toll, len(s.classes))
		}
	}
	s.plan(setup.Deploys)
	s.expect(setup.Outages)
	s.newBuckets()
	s.assemble(&setup)
	return s
}

func (s *System) addWorkers(configs []Config, fleets []Fleet) {
	s.workers = make([]instance, len(configs))
	for i := range configs {
		cfg := &configs[i]
		w := newInstance(i, cfg, s.broker.Kind, s.queues)
		w.firstSlot = int32(len(s.slots))
		for n := range cfg.Concurrency {
			s.slots = append(s.slots, slot{worker: int32(i), id: int32(len(s.slots)), task: none, timer: des.Never})
			w.free = append(w.free, w.firstSlot+int32(cfg.Concurrency-1-n))
		}
		for _, q := range cfg.Queues {
			s.queues[q].consumers = append(s.queues[q].consumers, int32(i))
		}
		for _, q := range cfg.Overflow {
			s.queues[q].overflow = append(s.queues[q].overflow, int32(i))
		}
		for c := range s.classes {
			w.policies = append(w.policies, newPolicy(cfg, &s.classes[c]))
		}
		w.enroll(fleets)
		if s.broker.Kind == RabbitMQ && len(configs) > 1 {
			w.lines = make([]uint64, len(s.queues))
		}
		s.workers[i] = w
		s.ready(&s.workers[i])
	}
}

// newPolicy combines the settings of a worker and a class: the class's own win. Time limits need a child that can
// be interrupted: prefork has both, gevent only the hard one, threads and solo none (docs.celeryq.dev, "Workers
// Guide: Time Limits").
func newPolicy(cfg *Config, class *Class) policy {
	p := policy{
		late:   class.AcksLate.Or(cfg.AcksLate),
		reject: class.RejectOnWorkerLost.Or(cfg.RejectOnWorkerLost),
	}
	soft, hard := cfg.SoftLimit, cfg.HardLimit
	if class.SoftLimit > 0 {
		soft = class.SoftLimit
	}
	if class.HardLimit > 0 {
		hard = class.HardLimit
	}
	switch {
	case cfg.Pool == Prefork && soft > 0 && (hard == 0 || soft < hard):
		p.limit, p.soft = soft, true
	case cfg.Pool == Prefork || cfg.Pool == Gevent:
		p.limit = hard
	}
	return p
}

// Ends says whether a worker of these settings ends a task of a class that hangs.
func (c *Config) Ends(class *Class) bool { return newPolicy(c, class).limit > 0 }

// Observe says which tasks count: those whose intended arrival lies in [from, to). Time averages cover the same
// window. bins > 0 asks for the mean wait by slice of the window.
func (s *System) Observe(from, to des.Time, bins int) {
	s.from, s.to = from, to
	for i := range s.tally.Classes {
		s.tally.Classes[i].Slices = make([][]Share, len(s.kinds[i].targets))
		for j, target := range s.kinds[i].targets {
			if target.Slice > 0 {
				s.tally.Classes[i].Slices[j] = make([]Share, (to-from+target.Slice-1)/target.Slice)
			}
		}
	}
	if bins > 0 {
		s.binWidth = (to - from + des.Time(bins) - 1) / des.Time(bins)
		for i := range s.tally.Classes {
			s.tally.Classes[i].Bins = make([]Bin, bins)
		}
	}
	s.host.Schedule(des.Event{At: from, Kind: kindObserve, Arg: 0})
	s.host.Schedule(des.Event{At: to, Kind: kindObserve, Arg: 1})
}

// observe starts and ends the time averages.
func (s *System) observe(end bool) {
	s.seen = end
	each := func(a *des.Area, to *des.Area) {
		if end {
			a.Set(s.now, a.Level())
			*to = *a
		} else {
			a.Restart(s.now)
		}
	}
	for i := range s.queues {
		each(&s.queues[i].length, &s.tally.Queues[i].Length)
	}
	if !end {
		s.recount()
	}
	s.observeHolders(end)
	for i := range s.fleets {
		each(&s.fleets[i].running, &s.tally.Fleets[i].Running)
		each(&s.fleets[i].booting, &s.tally.Fleets[i].Booting)
	}
	for i := range s.workers {
		each(&s.workers[i].busy, &s.tally.Workers[i].Busy)
		each(&s.workers[i].waiting, &s.tally.Workers[i].Reserved)
	}
	for i := range s.classes {
		if a := &s.tally.Classes[i].InSystem; end {
			a.Set(s.now, a.Level())
		} else {
			a.Restart(s.now)
		}
	}
}

// Settled says that the observed window is over and every task observed in it has ended.
func (s *System) Settled() bool { return s.seen && s.open == 0 }

func (s *System) record(kind RecordKind, t *task, o Outcome) {
	if s.recorder != nil {
		s.tell(kind, t, o)
	}
}

func (s *System) tell(kind RecordKind, t *task, o Outcome) {
	if s.copied(t) {
		return
	}
	s.recorder.Record(Record{
		At: s.now, Kind: kind, Outcome: o, Task: s.nameOf(t), Class: t.class, Queue: s.queueOf(t).id,
		Worker: t.worker, Slot: t.slot, Attempt: t.attempts, Due: t.due,
	})
}

// Close counts where the observed tasks that have not ended are, and returns what was observed. The System must not
// be used any more.
func (s *System) Close(now des.Time) *Tally {
	s.clock(now)
	if !s.seen {
		s.observe(true)
	}
	for id := range s.tasks.n {
		t := s.tasks.at(id)
		s.quit(t)
		if t.state != gone && !s.copied(t) {
			s.end(t)
		}
	}
	s.closeShelves()
	for i := range s.tally.Classes {
		c := &s.tally.Classes[i]
		c.Wait.Merge(&c.punctual)
		c.WaitAll.Merge(&c.punctual)
		c.WaitPerAttempt.Merge(&c.punctual)
		c.punctual = des.Histogram{}
	}
	s.closeHolders()
	return &s.tally
}

// end counts where a task is that has not ended.
func (s *System) end(t *task) {
	o := s.whereabouts(t)
	s.censor(t, o)
	s.host.Done(s.nameOf(t), o)
}

// whereabouts is the outcome of a task that the end of the run cut off.
func (s *System) whereabouts(t *task) Outcome {
	switch {
	case t.state == running:
		return Unfinished
	case t.state == crashed, t.state == delayed && t.redeliveries > 0:
		return Lost
	case t.attempts > 0:
		return Retrying
	case s.now >= t.expires:
		return Expired
	}
	return Unstarted
}
