import { createHash } from 'node:crypto';
import type { PassingRequest } from '@sealift/testkit/cutting-proxy';
import { z } from 'zod';

/** Calls to vCenter that change nothing, or nothing but the caller's own session. */
const looking =
  /^(?:Retrieve|Query|Find|Log(?:in|out)|Wait|Check|Continue|Cancel|CurrentTime|Has|Parse|Fetch|Validate|CnsQuery|Create(?:Filter|ContainerView|PropertyCollector|ImportSpec)|Destroy(?:PropertyFilter|PropertyCollector|View)|HttpNfcLease(?:Progress|GetManifest|SetManifest))/;

/** What a request changes at a vCenter; undefined when it only looks. */
export function effectOnVcenter({ method, path, body }: PassingRequest): string | undefined {
  if (method === 'PUT') return `vCenter: PUT ${path.replaceAll(/[0-9a-f-]{8,}/g, '…')}`;
  const call = /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body.subarray(0, 64 * 1024).toString('utf8'))?.[1];
  return call === undefined || looking.test(call) ? undefined : `vCenter: ${call}`;
}

/**
 * What a request changes at an API server; undefined when it only looks. Two requests that would change the same thing to the same have the
 * same name, whoever sends them and when: what each process makes anew (times, ids, revisions, what it read) does not count.
 *
 * @param server for people: `workload`
 */
export function effectOnKubernetes(server: string, { method, path, body }: PassingRequest): string | undefined {
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) return undefined;
  const { pathname, searchParams } = new URL(path, 'http://any');
  if (searchParams.has('dryRun') || pathname.startsWith('/apis/authorization.k8s.io/')) return undefined;
  const text = body.toString('utf8');
  const made = method === 'POST' ? ` ${nameIn(text)}` : '';
  const name = `${server}: ${method} ${`${pathname}${made}`.replace(/(sh\.helm\.release\.v1\.\S+\.v)\d+/, '$1…')}`;
  if (name.includes('sh.helm.release.v1.')) return `${name} ${/"status":"([a-z-]+)"/.exec(text)?.[1] ?? ''}`;
  return method === 'DELETE' ? name : `${name} #${contentOf(text)}`;
}

function nameIn(text: string): string {
  return /"name":\s*"([^"]+)"/.exec(text)?.[1] ?? '';
}

/** What does not differ between two processes that send the same. */
function contentOf(text: string): string {
  const steady = text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '')
    .replaceAll(/\\?"(?:resourceVersion|epoch|holder|generation)\\?":\s*\\?"?[^,}"\\]*\\?"?/g, '');
  return createHash('sha256').update(steady).digest('hex').slice(0, 6);
}

/** The effect that a request to the simulated cluster would have; null when it only asks. */
export function effectOnSimulator({ method, path, body }: PassingRequest): string | null {
  if (method !== 'PUT') return null;
  const [, template] = /^\/v1\/vcenter\/templates\/([^?]+)/.exec(path) ?? [];
  if (template !== undefined) return `importTemplate ${template}`;
  const [, group] = /^\/v1\/cluster\/rollouts\/([^?]+)/.exec(path) ?? [];
  if (group !== undefined) return `setRollout ${group}`;
  if (path !== '/v1/cluster/layers') return null;
  return `applyLayer ${z.object({ pack: z.string() }).parse(JSON.parse(body.toString())).pack}`;
}
