import type { X509Certificate } from 'node:crypto';
import type { CheckItem } from '@sealift/core/check';
import type { Machine } from '@sealift/kubernetes/machine';
import { acceptable, block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';

const dayMs = 86_400_000;
/** So long an upgrade may take, with what has to be mended in it. */
const blockDays = 2;
const warnDays = 30;

/** Certificates that kubeadm made end a year after their node was made. */
const remedy =
  'Renew them on each control-plane machine (kubeadm certs renew all, then restart its static pods), or replace the machines (spec.rollout.after of the KubeadmControlPlane).';

const ask = 'Ask on that machine: kubeadm certs check-expiration.';
const askEach = 'Ask each control-plane machine of which nobody tells: kubeadm certs check-expiration.';

/**
 * When the certificates of the control plane end.
 *
 * @param presented what an API server showed of itself; undefined where none did
 */
export function certificatesLast(
  machines: readonly Pick<Machine, 'name' | 'isControlPlane' | 'certificatesEndAt'>[],
  presented: Pick<X509Certificate, 'validToDate'> | undefined,
  now: Date,
): Finding {
  const own = machines.filter(({ isControlPlane }) => isControlPlane);
  const ends = [
    ...own.map(({ name, certificatesEndAt }) => ({ name: `Machine ${name}`, at: certificatesEndAt })),
    ...(presented === undefined ? [] : [{ name: 'the API server', at: presented.validToDate.toISOString() }]),
  ];
  const known = ends.flatMap(({ name, at }) => (at === null ? [] : [{ name, at, days: daysUntil(at, now) }]));
  const [first] = known.toSorted((a, b) => a.days - b.days);
  if (first === undefined) {
    const detail = 'Neither a Machine nor an API server tells when its certificates end';
    return acceptable(
      { outcome: 'unknown', detail, remedy: askEach },
      'Where a certificate ends during the upgrade, the API server of its machine answers nobody until it is renewed by hand.',
      own.length === 0 ? ['the API server'] : own.map(({ name }) => `Machine ${name}`),
    );
  }
  const untold = own
    .filter(({ certificatesEndAt }) => certificatesEndAt === null)
    .map(
      ({ name }): CheckItem => ({
        place: `Machine ${name}`,
        text: 'nobody tells when its certificates end',
        remedy: ask,
      }),
    );
  const items = known
    .filter(({ days }) => days < warnDays)
    .map(({ name, at, days }): CheckItem => ({ place: name, text: `its certificates ${endText(at, days)}` }));
  const all = [...items, ...untold];
  const one = `The first, of ${first.name}, ${endText(first.at, first.days)}`;
  const detail = untold.length === 0 ? one : `${one}; of ${untold.length} of ${own.length} Machines nobody tells`;
  if (first.days < blockDays) return withItems(block(detail, remedy), all);
  if (first.days < warnDays) return withItems(warn(detail, remedy), all);
  // What one API server shows is not what the others hold.
  return untold.length === 0 ? pass(detail) : withItems(warn(detail, askEach), all);
}

function daysUntil(at: string, now: Date): number {
  return Math.floor((Date.parse(at) - now.getTime()) / dayMs);
}

function endText(at: string, days: number): string {
  return days < 0 ? `ended at ${at}` : `end at ${at}, in ${days} days`;
}
