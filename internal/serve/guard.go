package serve

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// guard lets a request in, or answers it. A page of somebody else can send requests here, and a name of somebody else can
// be made to lead here: so the host and the origin count, and nothing is done without the token.
func (s *Server) guard(w http.ResponseWriter, r *http.Request) (path string, ok bool) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", "frame-ancestors 'none'")
	refuse := func(status int) (string, bool) {
		h.Set("Connection", "close") // nothing more is read of it
		http.Error(w, strings.ToLower(http.StatusText(status)), status)
		return "", false
	}
	switch {
	case r.Host != s.host:
		return refuse(http.StatusMisdirectedRequest)
	case !s.sameOrigin(r):
		return refuse(http.StatusForbidden)
	}
	token, path, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !found || subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) != 1 {
		return refuse(http.StatusNotFound)
	}
	method, known := map[string]string{"": http.MethodGet, "events": http.MethodGet, "ask": http.MethodPost}[path]
	switch {
	case !known:
		return refuse(http.StatusNotFound)
	case r.Method != method:
		h.Set("Allow", method)
		return refuse(http.StatusMethodNotAllowed)
	}
	return path, true
}

// sameOrigin says that a request comes from this page, or from somebody who typed its address.
func (s *Server) sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origin := r.Header.Values("Origin")
	if len(origin) == 0 {
		return r.Method == http.MethodGet
	}
	return len(origin) == 1 && origin[0] == "http://"+s.host
}
