import {
  addRegistryRequestSchema,
  editRegistryRequestSchema,
  packRegistryListSchema,
  type PackRegistry,
  packRegistrySchema,
  registryChecksSchema,
  triedRegistrySchema,
  tryRegistryRequestSchema,
} from '@sealift/core/api';
import { z } from 'zod';
import { registryConflicts } from '../catalogue/registry-places.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { siteBodyBytes } from '../http/body-limits.ts';
import { seenRevision, tagOf } from '../http/if-match.ts';
import { principalOf } from '../http/request-context.ts';
import type { EventBus } from '../notify/event-bus.ts';
import type { RegistryLink } from '../registry/registry-link.ts';
import {
  addRegistry,
  editRegistry,
  type RegistryParts,
  removeRegistry,
  tryAsked,
  tryStored,
} from './change-registries.ts';
import { contentRoutes } from './content-routes.ts';
import { readRegistries, readRegistry, type StoredRegistry } from './stored-registry.ts';

const tags = ['registries'];
const byName = z.object({ name: z.string().max(100) });
const what = 'the registry';

/** Pack registries: seen, tried, added, changed, removed, synced, looked into. */
export function registryRoutes(
  api: ApiScope,
  parts: RegistryParts,
  { events, own }: { readonly events: EventBus; readonly own: Pick<RegistryLink, 'client'> },
): void {
  const { db, syncs } = parts;
  const view = async (name: string, host: string): Promise<PackRegistry> => viewOf(await readRegistry(db, name), host);
  const changed = (name: string) => events.publish({ kind: 'sync', subject: name });

  api.get('/registries', {
    config: { permission: 'catalogue.read' },
    schema: {
      tags,
      summary: 'The pack registries, and versions that they hold as different content',
      response: { 200: packRegistryListSchema },
    },
    handler: async ({ host }) => ({
      registries: (await readRegistries(db)).map((one) => viewOf(one, host)),
      conflicts: await registryConflicts(db),
    }),
  });

  api.post('/registries', {
    bodyLimit: siteBodyBytes,
    config: {
      permission: 'registries.change',
      once: 'answer-kept',
      refuses: ['REGISTRY_NAME_TAKEN', 'REGISTRY_COUNT_LIMIT', 'REGISTRY_SETTINGS_REFUSED'],
    },
    schema: {
      tags,
      summary: 'Tries a registry, stores it where nothing failed, and begins to read it',
      body: addRegistryRequestSchema,
      response: { 201: triedRegistrySchema },
    },
    handler: async (request, reply) => {
      const { name } = request.body;
      const checks = await addRegistry(parts, principalOf(request), request.body);
      changed(name);
      return reply.code(201).send({ ...(await view(name, request.host)), checks });
    },
  });

  api.post('/registries/validate', {
    bodyLimit: siteBodyBytes,
    // It changes nothing.
    config: { permission: 'registries.change', whileLocked: true },
    schema: {
      tags,
      summary: 'Tries a registry, and stores nothing',
      body: tryRegistryRequestSchema,
      response: { 200: registryChecksSchema },
    },
    handler: async (request) => ({ checks: await tryAsked(request.body) }),
  });

  api.get('/registries/:name', {
    config: { permission: 'catalogue.read', sends: ['etag'] },
    schema: { tags, summary: 'One pack registry', params: byName, response: { 200: packRegistrySchema } },
    handler: async (request, reply) => {
      const found = await view(request.params.name, request.host);
      return reply.header('etag', tagOf(found.revision)).send(found);
    },
  });

  api.patch('/registries/:name', {
    bodyLimit: siteBodyBytes,
    // A login that was changed at the registry has to be given while an upgrade reads from it; another place is refused then.
    config: {
      permission: 'registries.change',
      whileLocked: true,
      ifMatch: 'needed',
      refuses: ['REGISTRY_EMBEDDED', 'REGISTRY_NEEDED', 'REGISTRY_SETTINGS_REFUSED', 'CONSOLE_LOCKED'],
    },
    schema: {
      tags,
      summary: 'Tries a registry with other settings, and stores them where nothing failed; needs If-Match',
      params: byName,
      body: editRegistryRequestSchema,
      response: { 200: triedRegistrySchema },
    },
    handler: async (request) => {
      const { name } = request.params;
      const revision = seenRevision(request, what);
      const checks = await editRegistry(parts, principalOf(request), { name, revision }, request.body);
      changed(name);
      return { ...(await view(name, request.host)), checks };
    },
  });

  api.delete('/registries/:name', {
    config: { permission: 'registries.change', ifMatch: 'needed', refuses: ['REGISTRY_EMBEDDED', 'REGISTRY_NEEDED'] },
    schema: {
      tags,
      summary: 'Forgets a registry that nothing needs; nothing in it is touched; needs If-Match',
      params: byName,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      await removeRegistry(parts, principalOf(request), name, seenRevision(request, what));
      changed(name);
      return reply.code(204).send(null);
    },
  });

  api.post('/registries/:name/validate', {
    bodyLimit: siteBodyBytes,
    // It changes nothing.
    config: { permission: 'registries.change', whileLocked: true, refuses: ['REGISTRY_EMBEDDED'] },
    schema: {
      tags,
      summary: 'Tries a stored registry as it is, or as it would be with changes; stores nothing',
      params: byName,
      body: editRegistryRequestSchema.nullish(),
      response: { 200: registryChecksSchema },
    },
    handler: async (request) => ({ checks: await tryStored(parts, request.params.name, request.body ?? {}) }),
  });

  api.post('/registries/:name/sync', {
    config: { permission: 'catalogue.sync', once: 'answer-kept' },
    schema: {
      tags,
      summary: 'Starts a sync into the catalogue, or joins the one that runs',
      params: byName,
      response: { 202: packRegistrySchema },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      await readRegistry(db, name);
      await syncs.start(principalOf(request), name);
      return reply.code(202).send(await view(name, request.host));
    },
  });

  contentRoutes(api, parts, own);
}

function viewOf(stored: StoredRegistry, host: string): PackRegistry {
  const { name, base, embedded, revision, settings, sync, changedBy, changedAt } = stored;
  return {
    name,
    registry: settings?.registry ?? host,
    base,
    embedded,
    sync,
    settings,
    revision,
    changedBy,
    changedAt: changedAt?.toISOString() ?? null,
  };
}
