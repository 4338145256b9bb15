// Package deployed reads the workers out of the files that start them: compose files, Procfiles, configurations of
// supervisor, units of systemd, manifests of Kubernetes. It knows how each of them says a command, its environment, its
// replicas and its limits; what the command means, celery knows. It must not know scenarios.
//
// Reading order:
//
//	deployed     Read: which kind of file it is, and its workers
//	compose, kubernetes, supervisor, systemd, procfile
//	environment  variables, their files and what is put in their places
package deployed
