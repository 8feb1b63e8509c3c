package main

import (
	"encoding/json"
	"net/http"
)

// control serves what a test asks of the simulator besides what a vCenter has:
//
//	POST   /faults    a rule (see rule)
//	DELETE /faults    no more rules
//	POST   /expire    every session ends
//	POST   /volumes   a volumeRequest; answers {"id": …}
//	POST   /page      {"limit": n}: the most volumes that one answer of CnsQueryVolume holds
//	POST   /privileges  {"denied": [id, …]}: what the account lacks, by its own word
//	GET    /calls     every SOAP call: method, object, Unix milliseconds
//	GET    /uploads   every upload to a lease: path, sizeBytes, sha256, complete
func (f *front) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /faults", answer(func(r *http.Request) (any, error) {
		var given rule
		if err := json.NewDecoder(r.Body).Decode(&given); err != nil {
			return nil, err
		}
		return struct{}{}, f.addRule(given)
	}))
	mux.HandleFunc("DELETE /faults", answer(func(*http.Request) (any, error) {
		f.clearRules()
		return struct{}{}, nil
	}))
	mux.HandleFunc("POST /expire", answer(func(r *http.Request) (any, error) {
		return struct{}{}, expireSessions(r.Context(), f.admin)
	}))
	mux.HandleFunc("POST /volumes", answer(func(r *http.Request) (any, error) {
		var request volumeRequest
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			return nil, err
		}
		id, err := createVolume(r.Context(), f.admin, request)
		return map[string]string{"id": id}, err
	}))
	mux.HandleFunc("POST /page", answer(func(r *http.Request) (any, error) {
		var page struct{ Limit int64 }
		err := json.NewDecoder(r.Body).Decode(&page)
		pageLimit = page.Limit
		return struct{}{}, err
	}))
	mux.HandleFunc("POST /privileges", answer(func(r *http.Request) (any, error) {
		var given struct{ Denied []string }
		err := json.NewDecoder(r.Body).Decode(&given)
		f.privileges.deny(given.Denied)
		return struct{}{}, err
	}))
	mux.HandleFunc("GET /calls", answer(func(*http.Request) (any, error) { return f.recordedCalls(), nil }))
	mux.HandleFunc("GET /uploads", answer(func(*http.Request) (any, error) { return f.recordedUploads(), nil }))
	return mux
}

func answer(do func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		result, err := do(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(result)
	}
}
