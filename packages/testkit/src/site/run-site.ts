/**
 * Runs a site for work by hand: prints, as one line of JSON, where it is, and ends with its standard input or with Ctrl+C.
 *
 *   node packages/testkit/src/site/run-site.ts [--version v1.36.3] [--workers 3] [--self-managed | --topology] [--own-minors] [--save-to <folder>] [--from <folder>]
 *
 * With --node-images <version>, as often as needed, only these node images are in vCenter at first. With --reuse it is the one that tests of
 * these options share.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { reuseSite } from './reuse-site.ts';
import { places } from './site-objects.ts';
import { startSite } from './start-site.ts';

const { values } = parseArgs({
  options: {
    version: { type: 'string' },
    'control-planes': { type: 'string', default: '3' },
    workers: { type: 'string', default: '3' },
    'self-managed': { type: 'boolean', default: false },
    topology: { type: 'boolean', default: false },
    'own-minors': { type: 'boolean', default: false },
    nodes: { type: 'string', default: '0' },
    'save-to': { type: 'string' },
    from: { type: 'string' },
    'node-images': { type: 'string', multiple: true },
    reuse: { type: 'boolean', default: false },
  },
});

const began = Date.now();
const options = {
  controlPlanes: Number(values['control-planes']),
  workers: Number(values.workers),
  kwokNodes: Number(values.nodes),
  selfManaged: values['self-managed'],
  ...(values.topology ? { topology: true } : {}),
  ...(values['own-minors'] ? { ownMinors: true } : {}),
  ...(values['node-images'] === undefined ? {} : { nodeImages: values['node-images'] }),
  ...(values.version === undefined ? {} : { version: values.version }),
};
const site = values.reuse
  ? await reuseSite(options)
  : await startSite({
      ...options,
      ...(values['save-to'] === undefined ? {} : { saveTo: values['save-to'] }),
      ...(values.from === undefined ? {} : { from: values.from }),
    });
const { management, workload, namespace, clusterName, logs, vcenter } = site;
const { url, username, caFile, environment: govc } = vcenter;
const { templates, network } = places;
const inVCenter = { url, username, caFile, templates, network };
const where = { management, workload, namespace, clusterName, logs, vcenter: inVCenter, govc };
process.stdout.write(`${JSON.stringify({ ...where, seconds: (Date.now() - began) / 1000 })}\n`);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process.stdin.resume(), 'end')]);
await site.stop();
process.exit(0);
