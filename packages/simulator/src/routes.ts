import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { declaredWorkSchema, objectQuerySchema } from '@sealift/core/release';
import { z } from 'zod';
import { refusal, type SimulatedCluster } from './cluster.ts';
import { faultSchema, type Faults } from './faults.ts';
import {
  appliedLayerSchema,
  desiredProvidersSchema,
  desiredSchema,
  groupSchema,
  sha256Schema,
  templateNameSchema,
} from './state.ts';
import { maxOvaBytes, receiveTemplate } from './upload.ts';

/** One route of the simulator's own API. What it answers has status 200; undefined means 204. */
interface Route {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly url: string;
  /** The call as the log and the faults name it. */
  readonly call: string;
  readonly handle: (request: FastifyRequest) => Promise<unknown>;
}

const importQuerySchema = z.strictObject({
  sha256: sha256Schema,
  kubernetes: z.string().regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'a Kubernetes version such as 1.26.10'),
  sizeBytes: z.coerce.number().int().min(0).max(maxOvaBytes),
});
const layerBodySchema = appliedLayerSchema.extend({ values: z.string().max(4_000_000) });
const layerKeySchema = appliedLayerSchema.pick({ layer: true, pack: true });
const nameSchema = z.object({ name: templateNameSchema });
const groupParameterSchema = z.object({ group: groupSchema });

/** Adds every route of the simulator: vCenter, cluster, and the faults that tests ask for. */
export function simulatorRoutes(app: FastifyInstance, cluster: SimulatedCluster, faults: Faults): void {
  const routes: readonly Route[] = [
    route('GET', '/v1/health', 'health', async () => ({ simulated: true })),
    route('GET', '/v1/vcenter/templates/:name', 'findTemplate', async ({ params }) => ({
      template: await cluster.findTemplate(check(nameSchema, params).name),
    })),
    route('PUT', '/v1/vcenter/templates/:name', 'importTemplate', async ({ params, query, body }) => {
      const described = { ...check(nameSchema, params), ...check(importQuerySchema, { ...asObject(query) }) };
      await receiveTemplate(cluster, { poweredOn: false, marked: true, ...described }, streamOf(body));
    }),
    route('PUT', '/v1/vcenter/templates/:name/mark', 'markTemplate', ({ params }) =>
      cluster.markTemplate(check(nameSchema, params).name),
    ),
    route('GET', '/v1/storage/identity', 'storageIdentity', () => cluster.storageIdentity()),
    route('PUT', '/v1/storage/identity', 'repairStorageIdentity', () => cluster.repairStorageIdentity()),
    route('GET', '/v1/cluster/nodes', 'nodes', async () => ({ nodes: await cluster.nodes() })),
    route('GET', '/v1/cluster/rollouts/:group', 'rollout', ({ params }) =>
      cluster.rollout(check(groupParameterSchema, params).group),
    ),
    route('PUT', '/v1/cluster/rollouts/:group', 'setRollout', ({ params, body }) =>
      cluster.setRollout(check(groupParameterSchema, params).group, check(desiredSchema, body)),
    ),
    route('GET', '/v1/cluster/layers', 'layers', async () => ({ layers: await cluster.layers() })),
    route('PUT', '/v1/cluster/layers', 'applyLayer', ({ body }) => cluster.applyLayer(check(layerBodySchema, body))),
    route('DELETE', '/v1/cluster/layers/:layer/:pack', 'removeLayer', ({ params }) =>
      cluster.removeLayer(check(layerKeySchema, params)),
    ),
    route('GET', '/v1/cluster/survey', 'survey', () => cluster.survey()),
    route('GET', '/v1/cluster/providers', 'providers', () => cluster.providers()),
    route('PUT', '/v1/cluster/providers', 'applyProviders', ({ body }) =>
      cluster.applyProviders(check(desiredProvidersSchema, body)),
    ),
    route('GET', '/v1/cluster/stored-versions', 'staleVersions', async () => ({
      stale: await cluster.staleVersions(),
    })),
    route('PUT', '/v1/cluster/stored-versions', 'rewriteVersions', () => cluster.rewriteVersions()),
    route('PUT', '/v1/cluster/objects', 'findObjects', ({ body }) =>
      cluster.findObjects(check(objectQuerySchema, body)),
    ),
    route('PUT', '/v1/cluster/declared/standing', 'declaredStanding', ({ body }) =>
      cluster.declaredStanding(check(declaredWorkSchema, body)),
    ),
    route('PUT', '/v1/cluster/declared', 'doDeclared', ({ body }) =>
      cluster.doDeclared(check(declaredWorkSchema, body)),
    ),
    route('GET', '/v1/faults', 'faults', async () => ({ pending: faults.pending })),
    route('PUT', '/v1/faults', 'faults', async ({ body }) => faults.set(check(z.array(faultSchema).max(100), body))),
  ];
  for (const { method, url, call, handle } of routes) {
    app.route({
      method,
      url,
      async handler(request, reply) {
        const callerGone = new AbortController();
        reply.raw.once('close', () => callerGone.abort());
        await faults.play(call, 'before', callerGone.signal);
        const result = await handle(request);
        await faults.play(call, 'after', callerGone.signal);
        return result === undefined ? reply.code(204).send() : result;
      },
    });
  }
}

function route(method: Route['method'], url: string, call: string, handle: Route['handle']): Route {
  return { method, url, call, handle };
}

/** An upload's bytes; another body was read already, and is none. */
function streamOf(body: unknown): IncomingMessage {
  if (typeof body === 'object' && body !== null && 'iterator' in body) return body as IncomingMessage;
  throw refusal('the content type must be application/octet-stream');
}

function asObject(query: unknown): object {
  return typeof query === 'object' && query !== null ? query : {};
}

/** Input from outside, or a refusal that names the place. */
function check<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refusal(issue === undefined ? 'bad input' : `${issue.path.join('.') || 'input'}: ${issue.message}`);
}
