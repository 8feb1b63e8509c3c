import type { SubscriptionRequest } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { type NotificationKind, notificationKinds, notificationKindSchema } from '@sealift/core/notification';
import { readCertificates } from '@sealift/io/http/certificates';
import { readPasswordFile } from '../../terminal/secret-input.ts';

/** What is said of a subscription on the command line. */
export interface SubscriptionOptions {
  readonly webhook?: string;
  readonly caFile?: string;
  readonly keyFile?: string;
  readonly mail?: string;
  readonly kinds?: string;
  readonly output?: string;
  readonly json?: true;
  /** Of `edit` only. */
  readonly name?: string;
  readonly newKey?: true;
}

type Target = SubscriptionRequest['target'];

/** Where it goes to; that of before where nothing is said. @throws USAGE, FILE_… */
export function targetOf({ webhook, caFile, mail }: SubscriptionOptions, before: Target | undefined): Target {
  if (webhook !== undefined && mail !== undefined) throw usage('--webhook and --mail exclude each other');
  if (mail !== undefined) {
    if (caFile !== undefined) throw usage('--ca-file is of a webhook; that of the mail server is set with it');
    return { via: 'mail', to: partsOf(mail) };
  }
  const known = before?.via === 'webhook' ? before : undefined;
  const url = webhook ?? known?.url;
  if (url !== undefined) {
    const ca = caFile === undefined ? (known?.ca ?? null) : readCertificates(caFile, '--ca-file');
    return { via: 'webhook', url, ca };
  }
  if (before === undefined) throw usage('give --webhook or --mail');
  if (caFile !== undefined) throw usage('--ca-file is of a webhook');
  return before;
}

/** What is told; that of before where nothing is said, and everything for a new one. @throws USAGE for a kind that there is not */
export function kindsOf(
  { kinds }: SubscriptionOptions,
  before: readonly NotificationKind[] | undefined,
): NotificationKind[] {
  const all = Object.keys(notificationKinds) as NotificationKind[];
  if (kinds === undefined) return [...(before ?? all)];
  if (kinds === 'all') return all;
  return partsOf(kinds).map((one) => {
    const kind = notificationKindSchema.safeParse(one).data;
    if (kind === undefined) throw usage(`there is no kind ${one.slice(0, 60)}; there are ${all.join(', ')}`);
    return kind;
  });
}

/** @throws USAGE, FILE_…, INPUT_INVALID for an empty file */
export async function keyOf({ keyFile, newKey }: SubscriptionOptions): Promise<Pick<SubscriptionRequest, 'key'>> {
  if (keyFile !== undefined && newKey === true) throw usage('--key-file and --new-key exclude each other');
  if (newKey === true) return { key: 'new' };
  return keyFile === undefined ? {} : { key: await readPasswordFile(keyFile) };
}

function partsOf(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
