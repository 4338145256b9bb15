package recordings

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"example.com/simrun/celery"
)

// otherKeys are those of a worker that say no setting.
var otherKeys = []string{"name", "env", "loglevel"}

// transport returns where the options of the broker lie, and which of a worker's settings lie there, too.
func transport[W, C any](s *celery.Setting[W, C]) (entry string, in bool) {
	mapping, entry := celery.SplitName(s.Name)
	return entry, mapping == "broker_transport_options"
}

// readSettings reads the settings of the broker and of the workers.
func (r *Recording) readSettings(f *scenarioFile) (errs []error) {
	brokers := celery.BrokerSettings()
	for i := range brokers {
		if entry, in := transport(&brokers[i]); in {
			if err := read(&brokers[i], &r.Broker, f.Transport[entry]); err != nil {
				errs = append(errs, fmt.Errorf("broker_transport_options.%s: %w", entry, err))
			}
		}
	}
	for i, keys := range f.Workers {
		w := celery.Worker{Heartbeat: new(false)} // how real Celery was recorded, where nothing is said
		w.Name, _ = keys["name"].(string)
		known := slices.Clone(otherKeys)
		all := celery.WorkerSettings()
		for n := range all {
			s := &all[n]
			value := keys[s.Recorded()]
			if entry, in := transport(s); in && value == nil {
				value = celery.FromStrategy(r.Preset(), f.Transport[entry])
			}
			known = append(known, s.Recorded())
			if err := read(s, &w, value); err != nil {
				errs = append(errs, fmt.Errorf("workers.%d.%s: %w", i, s.Recorded(), err))
			}
		}
		r.strange(fmt.Sprintf("workers.%d", i), keys, known)
		errs = append(errs, r.readEnv(i, keys["env"], &w)...)
		if w.Autoscale != nil {
			w.Concurrency = nil
		}
		r.Workers = append(r.Workers, w)
	}
	return errs
}

func read[W, C any](s *celery.Setting[W, C], to *W, value any) error {
	if value == nil {
		return nil
	}
	v, err := s.Quantity.FromPlain(value)
	if err == nil {
		s.Set(to, v)
	}
	return err
}

// readEnv reads the environment of worker i.
func (r *Recording) readEnv(i int, env any, w *celery.Worker) (errs []error) {
	variables, _ := env.(map[string]any)
	all := celery.WorkerSettings()
	for _, key := range slices.Sorted(maps.Keys(variables)) {
		n := slices.IndexFunc(all, func(s celery.WorkerSetting) bool { return s.Env == key })
		if n < 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("scenario.json: workers.%d.env.%s is not known, and left out", i, key))
			continue
		}
		v, err := all[n].Quantity.FromFlag(fmt.Sprint(variables[key]))
		if err != nil {
			errs = append(errs, fmt.Errorf("workers.%d.env.%s: %w", i, key, err))
			continue
		}
		all[n].Set(w, v)
	}
	return errs
}

// WriteScenario writes scenario.json.
func (r *Recording) WriteScenario(out io.Writer) error {
	f := scenarioFile{
		Format: format, Name: r.Name, What: r.About, App: r.App, Broker: r.Broker.Kind, Duration: r.Duration, Drain: r.Drain, Seed: r.Seed,
		QueueMaxPriority: r.QueueMaxPriority, QueueType: r.QueueType, Transport: map[string]any{}, Software: map[string]string{"celery": r.Release},
	}
	if r.Simrun != "" {
		f.Software["simrun"] = r.Simrun
	}
	f.Machine.Cores, f.Machine.Efficiency = r.Cores, r.Efficiency
	for i := range r.Classes {
		c := &r.Classes[i]
		value, err := json.Marshal(classFile{c.Queue, c.Priority, c.Retry})
		if err != nil {
			return err
		}
		f.Classes = append(f.Classes, member{c.Name, value})
	}
	brokers := celery.BrokerSettings()
	for i := range brokers {
		if entry, in := transport(&brokers[i]); in {
			if v := brokers[i].Given(&r.Broker); v != nil {
				f.Transport[entry] = celery.Plain(v)
			}
		}
	}
	for i := range r.Workers {
		f.Workers = append(f.Workers, workerKeys(&r.Workers[i]))
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

// workerKeys returns the keys of one worker, its heartbeat always.
func workerKeys(w *celery.Worker) map[string]any {
	keys := map[string]any{"name": w.Name}
	env := map[string]string{}
	all := celery.WorkerSettings()
	for i := range all {
		s := &all[i]
		switch v := s.Given(w); {
		case v == nil && s.Key != "heartbeat":
		case s.Env != "":
			env[s.Env] = fmt.Sprint(celery.Plain(v))
		default:
			keys[s.Recorded()] = celery.Plain(s.Or(v))
		}
	}
	if len(env) > 0 {
		keys["env"] = env
	}
	return keys
}
