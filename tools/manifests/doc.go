// Package manifests holds what simrun export writes against the types of those who read it: k8s.io/api, KEDA, compose-go. It
// is a module of its own, as the program needs none of them; it has tests only.
package manifests
