// Package celerytest finds a real Celery and its broker for the tests that need them.
package celerytest
