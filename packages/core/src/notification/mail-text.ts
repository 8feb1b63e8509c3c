import { linkOf } from './cloud-event.ts';
import { notificationKinds, testKind } from './kinds.ts';
import type { Notification } from './notification.ts';

/** Subject and text of a mail. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

const longestSubject = 180;

/** A notification as a mail; in one line what is in its subject, for a header never holds more (RFC 5322, 2.2). */
export function mailText(notification: Notification, consoleUrl: string | null): MailText {
  const { kind, summary, at, facts } = notification;
  const link = linkOf(notification, consoleUrl);
  const label = kind === testKind ? 'Test' : notificationKinds[kind].label;
  const lines = Object.entries(facts).flatMap(([name, value]) => {
    if (value === null || value === '') return [];
    return [`${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`];
  });
  return {
    subject: oneLine(`[Sealift] ${label}: ${summary}`).slice(0, longestSubject),
    text: [`${summary}.`, '', `at: ${at}`, ...lines, ...(link === null ? [] : ['', link]), ''].join('\n'),
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
