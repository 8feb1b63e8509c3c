import type { MachineRoom } from './machine-room.ts';

/** Machines that are replaced together, on one datastore. */
export interface RolledGroup {
  readonly phase: 'control-plane' | 'workers';
  /** For a person: `KubeadmControlPlane c1-cp`. */
  readonly owner: string;
  /** Id of the datastore. */
  readonly datastore: string;
  readonly room: MachineRoom;
  /** How many more machines there are at once where each old one goes as soon as its successor is ready. */
  readonly least: number;
  /** How many more there may be where old ones take their time to go. */
  readonly most: number;
}

/** What a rollout takes of one datastore beside what lies there now, in bytes. */
export interface RoomNeeded {
  readonly datastore: string;
  readonly leastBytes: number;
  readonly mostBytes: number;
  readonly owners: readonly string[];
}

/** A VM template that is made before, and stays. */
export interface ImportedTemplate {
  /** Id of the datastore. */
  readonly datastore: string;
  readonly room: MachineRoom;
}

/**
 * The most that is needed of each datastore at one time. The control plane has settled before workers begin, and what went meanwhile gives its room back;
 * pools of workers go at once.
 */
export function roomNeeded(groups: readonly RolledGroup[], imported?: ImportedTemplate): readonly RoomNeeded[] {
  const datastores = [...new Set(groups.map(({ datastore }) => datastore))];
  return datastores.map((datastore) => {
    const here = groups.filter((group) => group.datastore === datastore);
    const inPhase = (phase: RolledGroup['phase'], of: (group: RolledGroup) => number): number =>
      here.filter((group) => group.phase === phase).reduce((total, group) => total + of(group), 0);
    const peak = (of: (group: RolledGroup) => number): number =>
      Math.max(inPhase('control-plane', of), inPhase('workers', of));
    const template = imported?.datastore === datastore ? imported.room : { leastBytes: 0, mostBytes: 0 };
    return {
      datastore,
      leastBytes: template.leastBytes + peak(({ least, room }) => least * room.leastBytes),
      mostBytes: template.mostBytes + peak(({ most, room }) => most * room.mostBytes),
      owners: here.map(({ owner }) => owner),
    };
  });
}
