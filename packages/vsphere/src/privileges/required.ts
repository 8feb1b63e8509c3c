/** A privilege that Sealift's account needs, by vCenter's id of it. */
export interface RequiredPrivilege {
  readonly id: string;
  /** On what it must be held. */
  readonly on: 'folder' | 'resource-pool' | 'datastore' | 'network' | 'vcenter';
  /** What it is used for, in words. */
  readonly use: string;
}

/**
 * Everything the account needs, and nothing more: to make, mark and replace templates, and to read and mend what CNS knows of the
 * cluster's volumes (vSphere Security, "Defined Privileges" and "Required Privileges for Common Tasks").
 */
export const requiredPrivileges: readonly RequiredPrivilege[] = [
  { id: 'VApp.Import', on: 'folder', use: 'import an OVA' },
  { id: 'VirtualMachine.Inventory.Create', on: 'folder', use: 'import an OVA' },
  { id: 'VirtualMachine.Inventory.Delete', on: 'folder', use: 'remove what a cut import left' },
  { id: 'VirtualMachine.Config.AddNewDisk', on: 'folder', use: 'import an OVA' },
  { id: 'VirtualMachine.Config.Annotation', on: 'folder', use: "write a template's identity" },
  { id: 'VirtualMachine.Config.Rename', on: 'folder', use: 'give a finished template its name' },
  { id: 'VirtualMachine.State.CreateSnapshot', on: 'folder', use: 'make linked clones possible' },
  { id: 'VirtualMachine.Provisioning.MarkAsTemplate', on: 'folder', use: 'mark a machine as a template' },
  { id: 'VirtualMachine.Provisioning.MarkAsVM', on: 'folder', use: 'mend a template that lacks its snapshot' },
  { id: 'VirtualMachine.Inventory.Move', on: 'folder', use: 'move a template into its folder' },
  { id: 'Folder.Create', on: 'folder', use: 'make the folder of templates' },
  { id: 'Resource.AssignVMToPool', on: 'resource-pool', use: 'import an OVA' },
  { id: 'Datastore.AllocateSpace', on: 'datastore', use: 'import an OVA' },
  { id: 'Datastore.FileManagement', on: 'datastore', use: "mend the metadata of the cluster's volumes" },
  { id: 'Network.Assign', on: 'network', use: "connect a template's network card" },
  { id: 'Cns.Searchable', on: 'vcenter', use: "read and mend the metadata of the cluster's volumes" },
  { id: 'StorageProfile.View', on: 'vcenter', use: "read the metadata of the cluster's volumes" },
];

/** The ids, each once, in order. */
export const requiredPrivilegeIds: readonly string[] = [...new Set(requiredPrivileges.map(({ id }) => id))].toSorted();
