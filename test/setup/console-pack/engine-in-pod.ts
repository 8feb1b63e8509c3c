/**
 * The engine of a console as it runs in a pod: it logs in to the cluster as the pod's account, and goes on with what is under way in its database. Of the
 * site it has layers alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Secret } from '@sealift/core/secret';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { Objects } from '@sealift/kubernetes/objects';
import { layersPort } from '@sealift/site/layers';
import { LayerRuns } from '@sealift/site/layer-runs';
import { World } from '@sealift/testkit/upgrade/world';
import { CurrentHolder } from '../../../packages/server/src/engine/current-holder.ts';
import { EngineRunner } from '../../../packages/server/src/engine/engine-runner.ts';
import { EventBus } from '../../../packages/server/src/notify/event-bus.ts';
import { openStore } from '../../../packages/server/src/store/store.ts';
import { emptyRelease, shelfSchema } from './pack-shelf.ts';

const { databaseUrl, shelf, account, kubeconfig, ready } = z
  .object({
    databaseUrl: z.string(),
    /** A file with packs. */
    shelf: z.string(),
    /** Where the pod's account is mounted. */
    account: z.string(),
    /** Of another account, for one that runs in no pod. */
    kubeconfig: z.string().optional(),
    /** The file that says that it is up. */
    ready: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const store = await openStore({ dataDir: '/nonexistent', databaseUrl });
const client = await KubernetesClient.connect(
  kubeconfig === undefined
    ? { env: process.env, accountFolder: account }
    : { text: new Secret(readFileSync(kubeconfig, 'utf8')), env: {} },
);
const objects = new Objects(client);
const holder = new CurrentHolder();
const packs = shelfSchema.parse(JSON.parse(readFileSync(shelf, 'utf8')));
const runs = new LayerRuns();
const layers = layersPort(
  {
    objects: () => Promise.resolve(objects),
    holder: () => holder.now(),
    content: {
      openPack: ({ digest }) =>
        Promise.resolve({
          valuesYaml: '',
          charts: new Map(),
          manifests: new Map(Object.entries(packs[digest]?.manifests ?? {})),
        }),
      openRelease: () => Promise.resolve(emptyRelease),
      openTool: () => Promise.reject(new Error('no release brings a program')),
      digestOfImage: () => Promise.resolve(undefined),
    },
  },
  runs,
);
const world = new World().ports(() => Promise.resolve());
const ports = { ...world, cluster: { ...world.cluster, ...layers } };
const say = (text: string): void => void process.stdout.write(`${process.pid} ${text}\n`);
const engine = new EngineRunner(
  store,
  { ports, holder },
  new EventBus(),
  (error) => say(String(error)),
  (_about, message) => say(message),
);
await engine.watch();
writeFileSync(ready, String(process.pid));
say('is up');
await new Promise<void>((stop) => process.once('SIGTERM', () => stop()));
say('stops');
await engine.close();
await runs.close();
client.close();
await store.close();
say('let go of everything');
