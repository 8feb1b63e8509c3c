import { KubeApi } from '../../packages/testkit/src/site/kube-api.ts';
import { sitePeerNames, siteVersions } from '../../packages/testkit/src/site/programs.ts';
import { reuseSite } from '../../packages/testkit/src/site/reuse-site.ts';
import { places } from '../../packages/testkit/src/site/site-objects.ts';
import { makeTemplate } from '../../packages/site/src/cluster/testing/templates.ts';
import { missingPeer } from '../bundle/peer-path.ts';
import { type Row, row } from '../row.ts';
import { nodeCount } from './bench-cluster.ts';
import { measureUpgrades, over } from './measure.ts';
import { layerCount } from './sample-layers.ts';

/** What is demanded. */
const ownShare = 5;
const memoryLimit = 100;
/** Of the site: three of the control plane, three workers. */
const machines = 6;

/** An upgrade of a whole site, whose machines are replaced by Cluster API while 94 further nodes and 60 layers are looked after. */
export async function wholeSiteRows(note: (text: string) => void): Promise<Row[]> {
  if (missingPeer(note, ...sitePeerNames)) return [];
  note(`starting a site with ${nodeCount} nodes, ${machines} of them machines`);
  const site = await reuseSite();
  const api = await KubeApi.fromKubeconfig(site.workload.kubeconfig);
  try {
    await site.controls.addNodes(nodeCount - machines);
    await api.create('/api/v1/namespaces', { metadata: { name: 'ours' } });
    const kubernetes = siteVersions.older.replace(/^v/, '');
    const templates = ['r_bench-1', 'r_bench-2'];
    for (const name of templates) await makeTemplate(site.vcenter, name, kubernetes);
    note(`${templates.length} upgrades that replace ${machines} machines and apply ${layerCount} layers`);
    const { url, username, password, caFile } = site.vcenter;
    const { idleBytes, upgrades } = await measureUpgrades(
      {
        kubeconfig: site.workload.kubeconfig,
        machinesKubeconfig: site.management.kubeconfig,
        namespace: 'ours',
        runs: templates.length,
        site: {
          vcenter: { url, username, password, caFile },
          folder: places.templates,
          network: places.network,
          cluster: { namespace: site.namespace, name: site.clusterName },
          templates,
          kubernetes,
        },
      },
      note,
    );
    const last = upgrades.at(-1);
    if (last === undefined) return [];
    const name = `upgrade of a site: ${machines} machines, ${layerCount} layers, ${nodeCount} nodes`;
    return [
      row(`${name}: the engine's own time`, '%', (last.busyMs / last.wallMs) * 100, ownShare, 'limit'),
      row(`${name}: memory over idle`, 'MiB', over(last.peakBytes, idleBytes), memoryLimit, 'limit'),
    ];
  } finally {
    api.close();
    await site.stop();
  }
}
