package main

import (
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// authorization is govmomi's AuthorizationManager, but the account can be made to lack privileges.
type authorization struct {
	*simulator.AuthorizationManager
	lock   sync.Mutex
	denied map[string]bool
}

// withholdable puts the manager in the place of the model's own.
func withholdable(model *simulator.Model) *authorization {
	reference := model.ServiceContent.AuthorizationManager
	own := model.Map().Get(*reference).(*simulator.AuthorizationManager)
	manager := &authorization{AuthorizationManager: own, denied: map[string]bool{}}
	model.Map().Put(manager)
	return manager
}

func (m *authorization) deny(ids []string) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.denied = map[string]bool{}
	for _, id := range ids {
		m.denied[id] = true
	}
}

// HasPrivilegeOnEntities grants what is not denied.
func (m *authorization) HasPrivilegeOnEntities(request *types.HasPrivilegeOnEntities) soap.HasFault {
	body := m.AuthorizationManager.HasPrivilegeOnEntities(request)
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, entity := range body.(*methods.HasPrivilegeOnEntitiesBody).Res.Returnval {
		for i := range entity.PrivAvailability {
			entity.PrivAvailability[i].IsGranted = !m.denied[entity.PrivAvailability[i].PrivId]
		}
	}
	return body
}
