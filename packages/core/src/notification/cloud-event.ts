import type { ToldKind } from './kinds.ts';
import type { Notification } from './notification.ts';

/** An event as it is sent: structured mode, JSON (CloudEvents 1.0.2, JSON event format 1.0.2). */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  readonly data: { readonly summary: string; readonly link: string | null } & Readonly<Record<string, unknown>>;
}

/** The media type of a structured event (CloudEvents JSON event format, 3). */
export const cloudEventType = 'application/cloudevents+json';

const typePrefix = 'dev.sealift.';
/** What an event comes from where nobody has said how the console is reached. */
const anonymousSource = 'urn:sealift:console';

/** The `type` of the events of a kind. */
export function eventType(kind: ToldKind): string {
  return `${typePrefix}${kind}`;
}

/** A notification as an event. @param consoleUrl origin of the console as people reach it; null where nobody has said */
export function cloudEvent(notification: Notification, consoleUrl: string | null): CloudEvent {
  const { id, kind, at, subject, summary, facts } = notification;
  return {
    specversion: '1.0',
    id,
    source: consoleUrl ?? anonymousSource,
    type: eventType(kind),
    time: at,
    subject,
    datacontenttype: 'application/json',
    data: { ...facts, summary, link: linkOf(notification, consoleUrl) },
  };
}

/** Where in the console somebody sees what it is about; null where nobody has said how the console is reached. */
export function linkOf({ kind, subject }: Notification, consoleUrl: string | null): string | null {
  if (consoleUrl === null) return null;
  if (kind.startsWith('upgrade.')) return `${consoleUrl}/updates/${encodeURIComponent(subject)}`;
  const pages: Readonly<Partial<Record<ToldKind, string>>> = {
    'release.found': '/updates',
    'backup.failed': '/administration/backups',
    'gateways.halted': '/gateways',
    'certificate.ending': '/administration/certificates',
  };
  return `${consoleUrl}${pages[kind] ?? '/administration/notifications'}`;
}
