package main

import (
	"cmp"
	"slices"
	"sync"

	"github.com/vmware/govmomi/cns"
	"github.com/vmware/govmomi/cns/methods"
	cnssimulator "github.com/vmware/govmomi/cns/simulator"
	cnstypes "github.com/vmware/govmomi/cns/types"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// pageLimit is the most volumes that one answer of CnsQueryVolume holds.
var pageLimit int64 = 100

func init() {
	simulator.RegisterEndpoint(func(service *simulator.Service, registry *simulator.Registry) {
		if !registry.IsVPX() {
			return
		}
		own := cnssimulator.New()
		manager := own.Get(cns.CnsVolumeManagerInstance).(*cnssimulator.CnsVolumeManager)
		own.Put(&volumeManager{CnsVolumeManager: manager, metadata: map[string]cnstypes.CnsVolumeMetadata{}})
		service.RegisterSDK(own)
	})
}

// volumeManager is govmomi's CnsVolumeManager, but CnsUpdateVolumeMetadata changes the clusters of a volume too, and CnsQueryVolume
// answers in pages.
type volumeManager struct {
	*cnssimulator.CnsVolumeManager
	lock sync.Mutex
	// By volume id: what an update made of the metadata that the volume was created with.
	metadata map[string]cnstypes.CnsVolumeMetadata
}

func (m *volumeManager) volumes(ctx *simulator.Context, filter cnstypes.CnsQueryFilter) []cnstypes.CnsVolume {
	clusters := filter.ContainerClusterIds
	filter.ContainerClusterIds = nil
	body := m.CnsVolumeManager.CnsQueryVolume(ctx, &cnstypes.CnsQueryVolume{Filter: &filter})
	m.lock.Lock()
	defer m.lock.Unlock()
	var found []cnstypes.CnsVolume
	for _, volume := range body.(*methods.CnsQueryVolumeBody).Res.Returnval.Volumes {
		if updated, ok := m.metadata[volume.VolumeId.Id]; ok {
			volume.Metadata = updated
		}
		if len(clusters) == 0 || slices.ContainsFunc(clustersOf(volume.Metadata), func(c cnstypes.CnsContainerCluster) bool {
			return slices.Contains(clusters, c.ClusterId)
		}) {
			found = append(found, volume)
		}
	}
	slices.SortFunc(found, func(a, b cnstypes.CnsVolume) int { return cmp.Compare(a.VolumeId.Id, b.VolumeId.Id) })
	return found
}

func (m *volumeManager) CnsQueryVolume(ctx *simulator.Context, req *cnstypes.CnsQueryVolume) soap.HasFault {
	filter := *req.Filter.GetCnsQueryFilter()
	found := m.volumes(ctx, filter)
	total := int64(len(found))
	offset, limit := int64(0), pageLimit
	if filter.Cursor != nil {
		if filter.Cursor.Offset < 0 || filter.Cursor.Limit < 0 || filter.Cursor.Offset > total {
			fault := &types.InvalidArgument{InvalidProperty: "filter.cursor"}
			return &methods.CnsQueryVolumeBody{Fault_: simulator.Fault("", fault)}
		}
		offset = filter.Cursor.Offset
		if filter.Cursor.Limit > 0 {
			limit = min(limit, filter.Cursor.Limit)
		}
	}
	end := min(total, offset+limit)
	return &methods.CnsQueryVolumeBody{Res: &cnstypes.CnsQueryVolumeResponse{
		Returnval: cnstypes.CnsQueryResult{
			Volumes: found[offset:end],
			Cursor:  cnstypes.CnsCursor{Offset: end, Limit: limit, TotalRecords: total},
		},
	}}
}

func (m *volumeManager) CnsQueryAllVolume(ctx *simulator.Context, req *cnstypes.CnsQueryAllVolume) soap.HasFault {
	return &methods.CnsQueryAllVolumeBody{Res: &cnstypes.CnsQueryAllVolumeResponse{
		Returnval: cnstypes.CnsQueryResult{Volumes: m.volumes(ctx, req.Filter)},
	}}
}

// CnsUpdateVolumeMetadata takes one volume at a time, as vCenter does, and answers what is wrong with it as vCenter does.
func (m *volumeManager) CnsUpdateVolumeMetadata(ctx *simulator.Context, req *cnstypes.CnsUpdateVolumeMetadata) soap.HasFault {
	invalid := func(property string) soap.HasFault {
		return &methods.CnsUpdateVolumeBody{Fault_: simulator.Fault("", &types.InvalidArgument{InvalidProperty: property})}
	}
	if len(req.UpdateSpecs) != 1 {
		return invalid("updateSpecs")
	}
	spec := req.UpdateSpecs[0]
	if spec.VolumeId.Id == "" {
		return invalid("updateSpecs.volumeId")
	}
	if cluster := spec.Metadata.ContainerCluster; cluster.ClusterId == "" || cluster.ClusterType == "" || cluster.VSphereUser == "" {
		return invalid("updateSpecs.metadata.containerCluster")
	}
	seen := map[entityKey]bool{}
	for _, base := range spec.Metadata.EntityMetadata {
		entity, ok := base.(*cnstypes.CnsKubernetesEntityMetadata)
		if !ok || entity.EntityName == "" || entity.EntityType == "" {
			return invalid("updateSpecs.metadata.entityMetadata")
		}
		key := keyOf(entity)
		if seen[key] {
			return &methods.CnsUpdateVolumeBody{Fault_: simulator.Fault(
				"Duplicated entity for each entity type in one cluster is found.", &types.InvalidArgument{InvalidProperty: "updateSpecs"})}
		}
		seen[key] = true
	}
	result := cnstypes.CnsVolumeOperationResult{VolumeId: spec.VolumeId}
	found := m.volumes(ctx, cnstypes.CnsQueryFilter{VolumeIds: []cnstypes.CnsVolumeId{spec.VolumeId}})
	task := simulator.CreateTask(m, "CnsUpdateVolumeMetadata", func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
		if len(found) == 0 {
			result.Fault = &types.LocalizedMethodFault{Fault: new(types.NotFound), LocalizedMessage: "The volume was not found."}
		} else {
			m.lock.Lock()
			m.metadata[spec.VolumeId.Id] = update(found[0].Metadata, spec.Metadata)
			m.lock.Unlock()
		}
		return &cnstypes.CnsVolumeOperationBatchResult{VolumeResults: []cnstypes.BaseCnsVolumeOperationResult{&result}}, nil
	})
	return &methods.CnsUpdateVolumeBody{Res: &cnstypes.CnsUpdateVolumeMetadataResponse{Returnval: task.Run(ctx)}}
}

// update merges clusters by cluster-id and entities by cluster-id and type; an entry with `delete` goes.
func update(have, spec cnstypes.CnsVolumeMetadata) cnstypes.CnsVolumeMetadata {
	clusters := slices.Clone(clustersOf(have))
	for _, cluster := range clustersOf(spec) {
		clusters = slices.DeleteFunc(clusters, func(c cnstypes.CnsContainerCluster) bool { return c.ClusterId == cluster.ClusterId })
		if !cluster.Delete {
			clusters = append(clusters, cluster)
		}
	}
	entities := slices.Clone(have.EntityMetadata)
	for _, base := range spec.EntityMetadata {
		entity := base.(*cnstypes.CnsKubernetesEntityMetadata)
		entities = slices.DeleteFunc(entities, func(b cnstypes.BaseCnsEntityMetadata) bool {
			other, ok := b.(*cnstypes.CnsKubernetesEntityMetadata)
			return ok && keyOf(other) == keyOf(entity)
		})
		if !entity.Delete {
			entities = append(entities, entity)
		}
	}
	return cnstypes.CnsVolumeMetadata{
		ContainerCluster:      spec.ContainerCluster,
		ContainerClusterArray: clusters,
		EntityMetadata:        entities,
	}
}

// clustersOf is the array, which holds the one cluster too; clients of old versions give only that one.
func clustersOf(metadata cnstypes.CnsVolumeMetadata) []cnstypes.CnsContainerCluster {
	if len(metadata.ContainerClusterArray) > 0 {
		return metadata.ContainerClusterArray
	}
	if metadata.ContainerCluster.ClusterId == "" {
		return nil
	}
	return []cnstypes.CnsContainerCluster{metadata.ContainerCluster}
}

type entityKey struct{ cluster, kind string }

func keyOf(entity *cnstypes.CnsKubernetesEntityMetadata) entityKey {
	return entityKey{entity.ClusterID, entity.EntityType}
}
