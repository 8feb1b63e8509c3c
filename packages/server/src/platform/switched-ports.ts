import type { ClusterConnection, ClusterPorts } from './cluster.ts';

/** Does something with the connection that holds now, which stays open until it is done. */
export type OnConnection = <Result>(run: (now: ClusterConnection) => Promise<Result>) => Promise<Result>;

/** Ports that ask, with each call, the connection that holds then. */
export function switchedPorts(on: OnConnection): ClusterPorts {
  return {
    vcenter: {
      findTemplate: (name, cancel) => on(({ vcenter }) => vcenter.findTemplate(name, cancel)),
      importTemplate: (template, cancel) => on(({ vcenter }) => vcenter.importTemplate(template, cancel)),
      markTemplate: (name, cancel) => on(({ vcenter }) => vcenter.markTemplate(name, cancel)),
    },
    storage: {
      identity: (cancel) => on(({ storage }) => storage.identity(cancel)),
      repairIdentity: (cancel) => on(({ storage }) => storage.repairIdentity(cancel)),
    },
    cluster: {
      nodes: (cancel) => on(({ cluster }) => cluster.nodes(cancel)),
      rollout: (group, cancel, setup, stage) => on(({ cluster }) => cluster.rollout(group, cancel, setup, stage)),
      setRollout: (group, desired, cancel, setup, stage) =>
        on(({ cluster }) => cluster.setRollout(group, desired, cancel, setup, stage)),
      obstaclesToEmulation: (cancel) => on(({ cluster }) => cluster.obstaclesToEmulation(cancel)),
      endRollout: (group, cancel) => on(async ({ cluster }) => await cluster.endRollout?.(group, cancel)),
      layers: (cancel, only) => on(({ cluster }) => cluster.layers(cancel, only)),
      applyLayer: (layer, cancel) => on(({ cluster }) => cluster.applyLayer(layer, cancel)),
      removeLayer: (place, cancel) => on(({ cluster }) => cluster.removeLayer(place, cancel)),
      workEnded: () => on(async ({ cluster }) => await cluster.workEnded?.()),
    },
    providers: {
      status: (cancel) => on(({ providers }) => providers.status(cancel)),
      apply: (desired, cancel) => on(({ providers }) => providers.apply(desired, cancel)),
    },
    survey: {
      look: (cancel) => on(({ survey }) => survey.look(cancel)),
      examine: (layer, cancel) => on(({ survey }) => survey.examine(layer, cancel)),
      record: (layer, cancel) => on(({ survey }) => survey.record(layer, cancel)),
    },
    storedVersions: {
      stale: (layers, cancel) => on(({ storedVersions }) => storedVersions.stale(layers, cancel)),
      rewrite: (layers, cancel) => on(({ storedVersions }) => storedVersions.rewrite(layers, cancel)),
    },
    declared: {
      find: (query, cancel) => on(({ declared }) => declared.find(query, cancel)),
      standing: (work, cancel) => on(({ declared }) => declared.standing(work, cancel)),
      act: (work, cancel) => on(({ declared }) => declared.act(work, cancel)),
    },
    manifests: { render: (layer, cancel) => on(({ manifests }) => manifests.render(layer, cancel)) },
    events: { latest: (cancel) => on(({ events }) => events.latest(cancel)) },
    objects: { all: (cancel) => on(({ objects }) => objects.all(cancel)) },
    rehearsals: {
      lacking: (wish, cancel) => on(({ rehearsals }) => rehearsals.lacking(wish, cancel)),
      clusterNow: (cancel) => on(({ rehearsals }) => rehearsals.clusterNow(cancel)),
      rehearse: (wish, onStage, cancel) => on(({ rehearsals }) => rehearsals.rehearse(wish, onStage, cancel)),
    },
    issueKubeconfig: (hours, cancel) => on(({ issueKubeconfig }) => issueKubeconfig(hours, cancel)),
  };
}
