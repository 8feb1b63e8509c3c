package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/simulator"
)

// maxSoapBytes bounds one SOAP request.
const maxSoapBytes = 16 << 20

// front stands before the simulator's own HTTP handler: it records calls and uploads, applies the rules of a test and refuses what
// a vCenter refuses and the simulator accepts.
type front struct {
	service *simulator.Service
	next    http.Handler
	admin   *govmomi.Client
	// What the account may do.
	privileges *authorization

	lock    sync.Mutex
	rules   []*rule
	calls   []call
	uploads []upload
}

type call struct {
	Method string `json:"method"`
	Object string `json:"object"`
	At     int64  `json:"at"`
}

type upload struct {
	Path      string `json:"path"`
	SizeBytes int64  `json:"sizeBytes"`
	SHA256    string `json:"sha256"`
	Complete  bool   `json:"complete"`
}

func newFront(service *simulator.Service, next http.Handler) *front {
	return &front{service: service, next: next}
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.UserAgent() == adminAgent:
		f.next.ServeHTTP(w, r)
	case strings.HasPrefix(r.URL.Path, "/nfc/") && r.Method != http.MethodGet:
		f.upload(w, r)
	case r.Method == http.MethodPost:
		f.soap(w, r)
	default:
		f.next.ServeHTTP(w, r)
	}
}

func (f *front) soap(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSoapBytes))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	method, object := methodOf(body)
	f.lock.Lock()
	f.calls = append(f.calls, call{method, object, time.Now().UnixMilli()})
	f.lock.Unlock()
	matched := f.match(method)
	if matched == nil {
		matched = f.refusal(method, object, body)
	}
	if matched == nil {
		f.next.ServeHTTP(w, r)
		return
	}
	matched.soap(f, method, w, r)
}

// methodOf reads the name of the first element below Body and the object that it is called on.
func methodOf(body []byte) (method, object string) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	inBody := false
	for {
		token, err := decoder.Token()
		if err != nil {
			return method, object
		}
		element, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case !inBody:
			inBody = element.Name.Local == "Body"
		case method == "":
			method = element.Name.Local
		case element.Name.Local == "_this":
			_ = decoder.DecodeElement(&object, &element)
			return method, object
		default:
			return method, object
		}
	}
}

func (f *front) upload(w http.ResponseWriter, r *http.Request) {
	matched := f.match("PUT")
	counted := &countedBody{ReadCloser: r.Body, sum: sha256.New()}
	if matched != nil {
		matched.wait()
		if matched.ExpireSessions {
			_ = expireSessions(r.Context(), f.admin)
		}
		if matched.Status != 0 {
			http.Error(w, matched.Message, matched.Status)
			return
		}
		counted.cutAfter = matched.CutAfterBytes
	}
	r.Body = counted
	defer func() {
		f.lock.Lock()
		f.uploads = append(f.uploads, upload{
			r.URL.Path, counted.size, hex.EncodeToString(counted.sum.Sum(nil)), counted.complete,
		})
		f.lock.Unlock()
	}()
	f.next.ServeHTTP(w, r)
}

// countedBody hashes what passes and can break the connection on its way.
type countedBody struct {
	io.ReadCloser
	sum interface {
		io.Writer
		Sum([]byte) []byte
	}
	size     int64
	cutAfter *int64
	complete bool
}

func (b *countedBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.size += int64(n)
	_, _ = b.sum.Write(into[:n])
	b.complete = err == io.EOF
	if b.cutAfter != nil && b.size >= *b.cutAfter {
		// Closes the connection without an answer.
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func (f *front) recordedCalls() []call {
	f.lock.Lock()
	defer f.lock.Unlock()
	return append([]call{}, f.calls...)
}

func (f *front) recordedUploads() []upload {
	f.lock.Lock()
	defer f.lock.Unlock()
	return append([]upload{}, slices.Clone(f.uploads)...)
}
