package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// rule says what happens to some calls of a method. Of several kinds in one rule the first that is given here holds, after the delay
// and the end of sessions.
type rule struct {
	// Method is a SOAP method's name as it goes over the wire, "*" for all, or "PUT" for an upload to a lease.
	Method string `json:"method"`
	// Skip lets the first calls pass; Count is how many are hit then (0: one).
	Skip  int `json:"skip"`
	Count int `json:"count"`

	DelayMs        int  `json:"delayMs"`
	ExpireSessions bool `json:"expireSessions"`
	// Cut closes the connection before the call is done; DropAnswer does the call and closes it then.
	Cut        bool `json:"cut"`
	DropAnswer bool `json:"dropAnswer"`
	// CutAfterBytes closes the connection of an upload.
	CutAfterBytes *int64 `json:"cutAfterBytes"`
	Status        int    `json:"status"`
	Message       string `json:"message"`
	// Fault is what the call itself answers; TaskFault is how the task that it returns ends; LeaseFault is the error of the lease that
	// ImportVApp returns.
	Fault      *fault `json:"fault"`
	TaskFault  *fault `json:"taskFault"`
	LeaseFault *fault `json:"leaseFault"`
}

// fault is a type of the vSphere API by name, with its fields as govmomi's JSON has them.
type fault struct {
	Type   string          `json:"type"`
	Fields json.RawMessage `json:"fields"`
}

func fieldsOf(values map[string]any) json.RawMessage {
	encoded, _ := json.Marshal(values)
	return encoded
}

func (f *fault) make() (types.BaseMethodFault, error) {
	kind, ok := types.TypeFunc()(f.Type)
	if !ok {
		return nil, fmt.Errorf("no type %q", f.Type)
	}
	made := reflect.New(kind).Interface()
	if len(f.Fields) > 0 {
		if err := json.Unmarshal(f.Fields, made); err != nil {
			return nil, err
		}
	}
	base, ok := made.(types.BaseMethodFault)
	if !ok {
		return nil, fmt.Errorf("%q is no fault", f.Type)
	}
	return base, nil
}

func (f *front) addRule(given rule) error {
	if given.Method == "" {
		return errors.New("a rule needs a method")
	}
	for _, fault := range []*fault{given.Fault, given.TaskFault, given.LeaseFault} {
		if fault == nil {
			continue
		}
		if _, err := fault.make(); err != nil {
			return err
		}
	}
	given.Count = max(given.Count, 1)
	f.lock.Lock()
	defer f.lock.Unlock()
	f.rules = append(f.rules, &given)
	return nil
}

func (f *front) clearRules() {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.rules = nil
	f.service.ClearFaultRules()
}

// match counts the call against every rule for its method and returns the first that hits it.
func (f *front) match(method string) *rule {
	f.lock.Lock()
	defer f.lock.Unlock()
	var hit *rule
	for _, rule := range f.rules {
		if rule.Method != method && (rule.Method != "*" || method == "PUT") {
			continue
		}
		if rule.Skip > 0 {
			rule.Skip--
		} else if rule.Count > 0 && hit == nil {
			rule.Count--
			hit = rule
		}
	}
	return hit
}

func (r *rule) wait() {
	time.Sleep(time.Duration(r.DelayMs) * time.Millisecond)
}

func (r *rule) soap(f *front, method string, w http.ResponseWriter, request *http.Request) {
	r.wait()
	if r.ExpireSessions {
		_ = expireSessions(request.Context(), f.admin)
	}
	switch {
	case r.Cut:
		panic(http.ErrAbortHandler)
	case r.DropAnswer:
		f.next.ServeHTTP(httptest.NewRecorder(), request)
		panic(http.ErrAbortHandler)
	case r.Status != 0:
		http.Error(w, r.Message, r.Status)
	case r.Fault != nil:
		made, _ := r.Fault.make()
		f.service.AddFaultRule(&simulator.FaultInjectionRule{
			MethodName: method, ObjectType: "*", ObjectName: "*", Probability: 1, MaxCount: 1, Enabled: true,
			FaultType: simulator.FaultTypeCustom, Fault: made, Message: r.Message,
		})
		f.next.ServeHTTP(w, request)
	case r.TaskFault != nil:
		made, _ := r.TaskFault.make()
		f.failingTask(method, made, w)
	case r.LeaseFault != nil:
		made, _ := r.LeaseFault.make()
		f.failingLease(method, made, w)
	default:
		f.next.ServeHTTP(w, request)
	}
}

// failingTask answers with a task that ends with the fault.
func (f *front) failingTask(method string, made types.BaseMethodFault, w http.ResponseWriter) {
	context := *f.service.Context
	entity := context.Map.Get(f.admin.ServiceContent.RootFolder)
	task := simulator.CreateTask(entity, method, func(*simulator.Task) (types.AnyType, types.BaseMethodFault) { return nil, made })
	reference := task.Run(&context)
	answerReference(w, method, reference)
}

// failingLease answers with a lease in state error.
func (f *front) failingLease(method string, made types.BaseMethodFault, w http.ResponseWriter) {
	lease := &simulator.HttpNfcLease{HttpNfcLease: mo.HttpNfcLease{
		State: types.HttpNfcLeaseStateError,
		Error: &types.LocalizedMethodFault{Fault: made, LocalizedMessage: fmt.Sprintf("%T", made)},
	}}
	answerReference(w, method, f.service.Context.Map.Put(lease).Reference())
}

func answerReference(w http.ResponseWriter, method string, reference types.ManagedObjectReference) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	fmt.Fprintf(w, `%s<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>`+
		`<%sResponse xmlns="urn:vim25"><returnval type="%s">%s</returnval></%sResponse></soapenv:Body></soapenv:Envelope>`,
		xml.Header, method, reference.Type, reference.Value, method)
}
