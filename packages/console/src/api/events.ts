import { eventSchema } from '@sealift/core/api';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { reportStream } from './connection.ts';
import {
  backupsKey,
  clusterKey,
  gatewaysKey,
  notificationsKey,
  packsKey,
  profileKey,
  registriesKey,
  siteKey,
  summaryKey,
  updatesKey,
  upgradesKey,
} from './query-keys.ts';

const gatherMs = 250;
const kinds = ['sync', 'upgrade', 'catalogue', 'lock', 'site', 'backups', 'gateways', 'notifications'] as const;

/**
 * Listens to the server's events and reads again what each concerns. The browser reconnects by itself; a stream that
 * it gave up (the server answered an error) is opened again here. Polling covers the time between.
 */
export function useEvents(): void {
  const client = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === 'undefined') return;
    const refresher = gatherRefreshes(client);
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource('/api/v1/events');
      for (const kind of kinds)
        source.addEventListener(kind, (event: MessageEvent<string>) => refresher.hear(event.data));
      source.addEventListener('message', (event: MessageEvent<string>) => refresher.hear(event.data));
      source.addEventListener('open', () => reportStream(true));
      source.addEventListener('error', () => {
        reportStream(false);
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, 3000);
      });
    };
    open();
    return () => {
      source?.close();
      clearTimeout(retry);
      refresher.stop();
    };
  }, [client]);
}

/** Gathers bursts of events, so that a chatty step costs four reads a second at most. */
function gatherRefreshes(client: QueryClient) {
  const waiting = new Map<string, readonly unknown[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const queryKey of waiting.values()) void client.invalidateQueries({ queryKey }, { cancelRefetch: false });
    waiting.clear();
  };
  return {
    hear(data: string) {
      for (const key of keysFor(data)) waiting.set(JSON.stringify(key), key);
      timer ??= setTimeout(flush, gatherMs);
    },
    stop: () => clearTimeout(timer),
  };
}

/** The cached answers that an event makes old. */
export function keysFor(data: string): readonly (readonly unknown[])[] {
  const event = eventSchema.safeParse(parseJson(data));
  if (!event.success) return [];
  switch (event.data.kind) {
    case 'sync':
      return [registriesKey];
    case 'catalogue':
      return [registriesKey, updatesKey, summaryKey, packsKey];
    case 'upgrade':
      return [['upgrade', event.data.subject], upgradesKey];
    case 'backups':
      return [backupsKey];
    case 'gateways':
      return [gatewaysKey];
    case 'notifications':
      return [notificationsKey];
    case 'site':
      return [siteKey, clusterKey, summaryKey, ['upgrade']];
    case 'lock':
      return [summaryKey, upgradesKey, profileKey, updatesKey, packsKey, ['upgrade']];
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
