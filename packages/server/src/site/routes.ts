import {
  placeChoicesSchema,
  siteChecksSchema,
  sitePlacesRequestSchema,
  siteRequestSchema,
  siteViewSchema,
} from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { siteBodyBytes } from '../http/body-limits.ts';
import { ofClusters } from '../http/refusals.ts';
import { principalOf } from '../http/request-context.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { forgetSettings, keptSettings, saveSettings } from './change-settings.ts';
import { findPlaces } from './find-places.ts';
import type { SiteParts } from './site-parts.ts';
import { siteView } from './site-view.ts';
import { readStoredSite } from './stored-site.ts';

const tags = ['site'];

/** How the console reaches vCenter and the cluster: seen, tried, changed. */
export function siteRoutes(api: ApiScope, parts: SiteParts, events: EventBus): void {
  const { db, options, source, key, look, startedWith } = parts;
  const view = () => siteView(db, options, startedWith);

  api.get('/site', {
    config: { permission: 'site.read' },
    schema: { tags, summary: 'Settings of the site, without secrets', response: { 200: siteViewSchema } },
    handler: view,
  });

  api.put('/site', {
    bodyLimit: siteBodyBytes,
    // A login that was changed at the site has to be given while an upgrade waits for it; anything else is refused then.
    config: {
      permission: 'site.change',
      whileLocked: true,
      refuses: [
        ...ofClusters,
        'CONSOLE_LOCKED',
        'SITE_SETTINGS_CHANGED',
        'SITE_SETTINGS_FIXED',
        'SITE_SETTINGS_REFUSED',
        'SITE_CLUSTERS_APART',
        'VARIABLES_INVALID',
      ],
    },
    schema: {
      tags,
      summary: 'Looks at the site with these settings, and stores them where they lead there',
      body: siteRequestSchema,
      response: { 200: siteViewSchema.extend(siteChecksSchema.shape) },
    },
    handler: async (request) => {
      refuseFixed(parts);
      const checks = await saveSettings(parts, principalOf(request), request.body);
      events.publish({ kind: 'site', subject: 'settings' });
      return { ...(await view()), checks: [...checks] };
    },
  });

  api.delete('/site', {
    config: { permission: 'site.change', refuses: ['SITE_SETTINGS_FIXED'] },
    schema: { tags, summary: 'Forgets the settings of the site', response: { 204: z.null() } },
    handler: async (request, reply) => {
      refuseFixed(parts);
      await forgetSettings(parts, principalOf(request));
      events.publish({ kind: 'site', subject: 'settings' });
      return reply.code(204).send(null);
    },
  });

  api.post('/site/check', {
    config: { permission: 'site.change', whileLocked: true, refuses: ['SITE_SETTINGS_FIXED'] },
    schema: { tags, summary: 'Looks at the site with the settings that hold', response: { 200: siteChecksSchema } },
    handler: async () => {
      const settings = 'simulatorUrl' in source ? source.site : (await source.read()).settings;
      if (settings === undefined) throw new SealiftError('CLUSTER_NOT_CONNECTED');
      return { checks: [...(await look(settings))] };
    },
  });

  api.post('/site/places', {
    bodyLimit: siteBodyBytes,
    // It changes nothing.
    config: { permission: 'site.change', whileLocked: true, refuses: ['SITE_SETTINGS_FIXED'] },
    schema: {
      tags,
      summary: 'What a vCenter has to choose from: datacenters, folders, clusters, pools, datastores, networks',
      body: sitePlacesRequestSchema,
      response: { 200: placeChoicesSchema },
    },
    handler: async (request) => {
      refuseFixed(parts);
      return await findPlaces(request.body.vcenter, keptSettings(key, await readStoredSite(db)));
    },
  });
}

function refuseFixed({ options }: SiteParts): void {
  if (options === undefined) return;
  const reason = options.simulatorUrl === undefined ? 'they came as options' : 'a simulated cluster came as an option';
  throw new SealiftError('SITE_SETTINGS_FIXED', { values: { reason } });
}
