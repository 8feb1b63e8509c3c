import { type AcceptedRisk, longestAcceptanceMs, stopsConfirm } from '@sealift/core/accepted-risk';
import type { Check } from '@sealift/core/check';
import { SealiftError } from '@sealift/core/errors';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { change } from '../../store/change.ts';
import type { Db } from '../../store/store.ts';
import { assertDraft } from '../assert-draft.ts';
import { loadReport } from '../preflight/report.ts';
import { loadUpgrade } from '../queries.ts';
import { dropRisk, storeRisk } from './stored-risks.ts';

/** One finding of a draft. */
interface RiskAddress {
  readonly id: string;
  /** Name of the check. */
  readonly check: string;
}

/** What a person says of a finding. */
interface Acceptance {
  readonly reason: string;
  readonly objects: readonly string[];
  readonly expiresAt?: string | undefined;
}

/**
 * Goes on in spite of what one check found when the site was last looked at, for exactly the objects that were shown. It is part of what is
 * hashed and approved, and ends with the upgrade.
 *
 * @throws NOT_FOUND, UPGRADE_NOT_DRAFT, CONSOLE_LOCKED, RISK_NOT_ACCEPTABLE, UPGRADE_CHANGED where it is about others now, INPUT_INVALID
 */
export async function acceptRisk(
  db: Db,
  actor: Actor,
  { id, check }: RiskAddress,
  { reason, objects, expiresAt }: Acceptance,
): Promise<void> {
  const at = new Date();
  refuseEnd(expiresAt, at);
  await change(db, async (trx) => {
    assertDraft(await loadUpgrade(trx, id));
    const found = (await loadReport(trx, id))?.checks.find(({ name }) => name === check);
    const risk = acceptedOf(check, found);
    if (risk.objects.length !== objects.length || !risk.objects.every((object) => objects.includes(object))) {
      const hint = 'What the check found is about other objects now. Look at it again, and accept what it shows.';
      throw new SealiftError('UPGRADE_CHANGED', { place: 'body.objects', hint });
    }
    const accepted = { ...risk, by: actor.name, reason, at: at.toISOString(), expiresAt: expiresAt ?? null };
    await storeRisk(trx, id, accepted);
    const { outcome, consequence } = risk;
    await recordAudit(trx, actor, {
      action: 'upgrade.accept-risk',
      subject: id,
      details: { check, outcome, consequence, objects: risk.objects, reason, expiresAt: accepted.expiresAt },
    });
  });
}

/** Takes an acceptance back. @throws NOT_FOUND, UPGRADE_NOT_DRAFT, CONSOLE_LOCKED */
export async function withdrawRisk(db: Db, actor: Actor, { id, check }: RiskAddress): Promise<void> {
  await change(db, async (trx) => {
    assertDraft(await loadUpgrade(trx, id));
    if (!(await dropRisk(trx, id, check))) {
      throw new SealiftError('NOT_FOUND', { values: { what: 'accepted risk', name: check } });
    }
    await recordAudit(trx, actor, { action: 'upgrade.withdraw-risk', subject: id, details: { check } });
  });
}

function refuseEnd(expiresAt: string | undefined, now: Date): void {
  if (expiresAt === undefined) return;
  const lastsMs = Date.parse(expiresAt) - now.getTime();
  if (lastsMs > 0 && lastsMs <= longestAcceptanceMs) return;
  const reason = 'it has to lie ahead, by 30 days at most';
  throw new SealiftError('INPUT_INVALID', { place: 'body.expiresAt', values: { what: 'the end', reason } });
}

function acceptedOf(
  check: string,
  found: Check | undefined,
): Pick<AcceptedRisk, 'check' | 'outcome' | 'consequence' | 'objects'> {
  const refused = (reason: string) =>
    new SealiftError('RISK_NOT_ACCEPTABLE', { place: check, values: { check, reason } });
  if (found === undefined) throw refused('the last look at the site has no such check');
  const { outcome, risk } = found;
  if (!stopsConfirm(found) || outcome === 'pass' || outcome === 'warn') throw refused('it does not stop the upgrade');
  if (risk === undefined) throw refused('what it found has to be settled');
  return { check, outcome, consequence: risk.consequence, objects: risk.objects };
}
