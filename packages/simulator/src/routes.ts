import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { refusal, type SimulatedCluster } from './cluster.ts';
import { faultSchema, type Faults } from './faults.ts';
import { readJson } from './json-body.ts';
import { appliedLayerSchema, desiredSchema, groupSchema, sha256Schema, templateNameSchema } from './state.ts';
import { maxOvaBytes, receiveTemplate } from './upload.ts';

/** What a route answers with status 200; undefined means 204. */
type Handler = (request: { message: IncomingMessage; query: URLSearchParams; path: string[] }) => Promise<unknown>;

/** One route of the simulator's own API: `:x` in the pattern is handed to the handler in `path`. */
export interface Route {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly pattern: readonly string[];
  /** The call as the log and the faults name it. */
  readonly call: string;
  readonly handle: Handler;
}

const importQuerySchema = z.strictObject({
  sha256: sha256Schema,
  kubernetes: z.string().regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'a Kubernetes version such as 1.26.10'),
  sizeBytes: z.coerce.number().int().min(0).max(maxOvaBytes),
});
const layerBodySchema = appliedLayerSchema.extend({ values: z.string().max(4_000_000) });
const layerKeySchema = appliedLayerSchema.pick({ layer: true, pack: true });

/** Every route of the simulator: vCenter, cluster, and the faults that tests ask for. */
export function simulatorRoutes(cluster: SimulatedCluster, faults: Faults): Route[] {
  return [
    route('GET', '/v1/health', 'health', async () => ({ simulated: true })),
    route('GET', '/v1/vcenter/templates/:name', 'findTemplate', async ({ path: [name] }) => ({
      template: await cluster.findTemplate(check(templateNameSchema, name)),
    })),
    route('PUT', '/v1/vcenter/templates/:name', 'importTemplate', async ({ path: [name], query, message }) => {
      const described = check(importQuerySchema, Object.fromEntries(query));
      const template = { name: check(templateNameSchema, name), poweredOn: false, marked: true, ...described };
      await receiveTemplate(cluster, template, message);
    }),
    route('PUT', '/v1/vcenter/templates/:name/mark', 'markTemplate', ({ path: [name] }) =>
      cluster.markTemplate(check(templateNameSchema, name)),
    ),
    route('GET', '/v1/storage/identity', 'storageIdentity', () => cluster.storageIdentity()),
    route('PUT', '/v1/storage/identity', 'repairStorageIdentity', () => cluster.repairStorageIdentity()),
    route('GET', '/v1/cluster/nodes', 'nodes', async () => ({ nodes: await cluster.nodes() })),
    route('GET', '/v1/cluster/rollouts/:group', 'rollout', ({ path: [group] }) =>
      cluster.rollout(check(groupSchema, group)),
    ),
    route('PUT', '/v1/cluster/rollouts/:group', 'setRollout', async ({ path: [group], message }) =>
      cluster.setRollout(check(groupSchema, group), check(desiredSchema, await readJson(message))),
    ),
    route('GET', '/v1/cluster/layers', 'layers', async () => ({ layers: await cluster.layers() })),
    route('PUT', '/v1/cluster/layers', 'applyLayer', async ({ message }) =>
      cluster.applyLayer(check(layerBodySchema, await readJson(message))),
    ),
    route('DELETE', '/v1/cluster/layers/:layer/:pack', 'removeLayer', async ({ path: [layer, pack] }) =>
      cluster.removeLayer(check(layerKeySchema, { layer, pack })),
    ),
    route('GET', '/v1/faults', 'faults', async () => ({ pending: faults.pending })),
    route('PUT', '/v1/faults', 'faults', async ({ message }) =>
      faults.set(check(z.array(faultSchema).max(100), await readJson(message))),
    ),
  ];
}

function route(method: Route['method'], pattern: string, call: string, handle: Handler): Route {
  return { method, pattern: pattern.split('/').slice(1), call, handle };
}

/** Input from outside, or a refusal that names the place. */
function check<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refusal(issue === undefined ? 'bad input' : `${issue.path.join('.') || 'input'}: ${issue.message}`);
}
