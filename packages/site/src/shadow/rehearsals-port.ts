import { join } from 'node:path';
import { minorOf, mostFindings, type RehearsedWay } from '@sealift/core/rehearsal';
import type { Objects } from '@sealift/kubernetes/objects';
import type { RehearsalsPort } from '@sealift/upgrade/ports/rehearsals';
import { type SnapshotSource, saveEtcdSnapshot } from '../backup/save-etcd-snapshot.ts';
import { clusterNow } from './cluster-now.ts';
import { lackingPrograms, openPrograms, type ProgramSources } from './program-set.ts';
import { programFailed } from './programs.ts';
import { type Rehearsal, rehearse, type Way } from './rehearse.ts';
import { unlookedLines } from './unlooked.ts';
import { inWorkFolder } from './work-folder.ts';

/** Where a rehearsal takes its copy from, and its programs. */
export interface RehearsalSides {
  readonly source: SnapshotSource;
  /** Of the cluster that is copied. */
  readonly enterprise: () => Promise<Objects>;
  readonly programs: ProgramSources;
}

/** Rehearsals of a site's cluster: one snapshot, and on copies of it each minor in turn. */
export function rehearsalsPort({ source, enterprise, programs }: RehearsalSides): RehearsalsPort {
  return {
    lacking: (wish, cancel) => lackingPrograms(programs, wish, cancel),
    clusterNow: async (cancel) => await clusterNow(await enterprise(), cancel),
    async rehearse(wish, onStage, cancel) {
      onStage('looking for the programs');
      const { store, apiServers } = await openPrograms(programs, wish, cancel);
      const serverOf = (version: string): string => {
        const path = apiServers.get(minorOf(version));
        if (path === undefined) throw programFailed(`kube-apiserver of ${version}`, 'it was not looked for');
        return path;
      };
      // Before the copy: what is changed while it is taken makes it an old one.
      const cluster = await clusterNow(await enterprise(), cancel);
      const ways = await inWorkFolder(undefined, async (folder) => {
        onStage('taking a snapshot of etcd');
        const { path: snapshot } = await saveEtcdSnapshot(source, join(folder, 'cluster.snapshot'), cancel);
        const found: RehearsedWay[] = [];
        for (const { from, to, native, andBack } of wish.legs) {
          const [running, other] = [serverOf(from), serverOf(to)];
          found.push(
            ...waysOf(await rehearse({ snapshot, store, running, other, native, andBack, folder, onStage, cancel })),
          );
        }
        return found;
      });
      return { cluster, ways };
    },
  };
}

/** A rehearsal as it is kept: the way there, and the one back where that was tried too. */
export function waysOf(rehearsal: Rehearsal): readonly RehearsedWay[] {
  const { running, other, emulated, leftOut, back } = rehearsal;
  const there = kept(rehearsal, leftOut, { way: 'forward', running, other, emulated });
  return back === null
    ? [there]
    : [there, kept(back, [], { way: 'back', running: other, other: running, emulated: null })];
}

function kept(
  { served, objects, written, findings, ...rest }: Way,
  leftOut: readonly string[],
  of: Pick<RehearsedWay, 'way' | 'running' | 'other' | 'emulated'>,
): RehearsedWay {
  return {
    ...of,
    served,
    objects,
    written,
    findings: findings.slice(0, mostFindings),
    found: findings.length,
    unlooked: [...unlookedLines({ ...rest, leftOut })],
  };
}
