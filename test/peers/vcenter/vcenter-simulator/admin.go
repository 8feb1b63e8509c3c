package main

import (
	"context"
	"net/url"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/cns"
	cnstypes "github.com/vmware/govmomi/cns/types"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// newAdmin logs the simulator itself in, as any client would.
func newAdmin(ctx context.Context, transport *soap.Client, login *url.Userinfo) (*govmomi.Client, error) {
	client, err := vim25.NewClient(ctx, transport)
	if err != nil {
		return nil, err
	}
	admin := &govmomi.Client{Client: client, SessionManager: session.NewManager(client)}
	return admin, admin.Login(ctx, login)
}

// expireSessions ends every session but the simulator's own, as an idle timeout or an administrator does.
func expireSessions(ctx context.Context, admin *govmomi.Client) error {
	own, err := admin.SessionManager.UserSession(ctx)
	if err != nil {
		return err
	}
	var manager mo.SessionManager
	if err := admin.RetrieveOne(ctx, *admin.ServiceContent.SessionManager, []string{"sessionList"}, &manager); err != nil {
		return err
	}
	var others []string
	for _, session := range manager.SessionList {
		if session.Key != own.Key {
			others = append(others, session.Key)
		}
	}
	if len(others) == 0 {
		return nil
	}
	return admin.SessionManager.TerminateSession(ctx, others)
}

// volumeRequest is a volume that a Kubernetes cluster with the given cluster-id would have made.
type volumeRequest struct {
	Name      string `json:"name"`
	ClusterID string `json:"clusterId"`
	// Of the entities: the volume's claim. No claim: a volume whose metadata names only its PersistentVolume.
	Claim     string `json:"claim"`
	Namespace string `json:"namespace"`
}

// createVolume makes a block volume with its disk in the first datastore and returns its id, chosen by the simulator.
func createVolume(ctx context.Context, admin *govmomi.Client, request volumeRequest) (string, error) {
	client, err := cns.NewClient(ctx, admin.Client)
	if err != nil {
		return "", err
	}
	client.UserAgent = adminAgent
	finder := find.NewFinder(admin.Client)
	datacenters, err := finder.DatacenterList(ctx, "*")
	if err != nil {
		return "", err
	}
	datastores, err := finder.SetDatacenter(datacenters[0]).DatastoreList(ctx, "*")
	if err != nil {
		return "", err
	}
	cluster := cnstypes.CnsContainerCluster{
		ClusterType:   string(cnstypes.CnsClusterTypeKubernetes),
		ClusterId:     request.ClusterID,
		VSphereUser:   "k8s@vsphere.local",
		ClusterFlavor: string(cnstypes.CnsClusterFlavorVanilla),
	}
	entity := func(kind cnstypes.CnsKubernetesEntityType, name, namespace string) *cnstypes.CnsKubernetesEntityMetadata {
		return &cnstypes.CnsKubernetesEntityMetadata{
			CnsEntityMetadata: cnstypes.CnsEntityMetadata{EntityName: name, ClusterID: request.ClusterID},
			EntityType:        string(kind),
			Namespace:         namespace,
		}
	}
	volume := entity(cnstypes.CnsKubernetesEntityTypePV, request.Name, "")
	volume.Labels = []types.KeyValue{{Key: "app", Value: "of " + request.Name}}
	entities := []cnstypes.BaseCnsEntityMetadata{volume}
	if request.Claim != "" {
		claim := entity(cnstypes.CnsKubernetesEntityTypePVC, request.Claim, request.Namespace)
		claim.ReferredEntity = []cnstypes.CnsKubernetesEntityReference{
			{EntityType: string(cnstypes.CnsKubernetesEntityTypePV), EntityName: request.Name, ClusterID: request.ClusterID},
		}
		entities = append(entities, claim)
	}
	task, err := client.CreateVolume(ctx, []cnstypes.CnsVolumeCreateSpec{{
		Name:       request.Name,
		VolumeType: string(cnstypes.CnsVolumeTypeBlock),
		Datastores: []types.ManagedObjectReference{datastores[0].Reference()},
		Metadata: cnstypes.CnsVolumeMetadata{
			ContainerCluster:      cluster,
			ContainerClusterArray: []cnstypes.CnsContainerCluster{cluster},
			EntityMetadata:        entities,
		},
		BackingObjectDetails: &cnstypes.CnsBlockBackingDetails{
			CnsBackingObjectDetails: cnstypes.CnsBackingObjectDetails{CapacityInMb: 16},
		},
	}})
	if err != nil {
		return "", err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return "", err
	}
	results := info.Result.(cnstypes.CnsVolumeOperationBatchResult).VolumeResults
	return results[0].GetCnsVolumeOperationResult().VolumeId.Id, nil
}
