import { randomUUID } from 'node:crypto';
import { type Role, type SignOnSettings, usernameSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { sql } from 'kysely';
import type { Account } from '../accounts/account.ts';
import { endSessions } from '../accounts/sessions.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db, Trx } from '../store/store.ts';

const manyGroups = 2000;

/** Whom a provider has told of. */
export interface Person {
  readonly issuer: string;
  /** By which the provider tells people apart, for ever; names may change and be given again. */
  readonly subject: string;
  readonly username: string;
  readonly groups: readonly string[];
}

/** The person of the claims of a provider. @throws SIGN_ON_REFUSED */
export function personOf(claims: Readonly<Record<string, unknown>>, settings: SignOnSettings): Person {
  const { iss, sub } = claims;
  const username = own(claims, settings.usernameClaim);
  if (typeof iss !== 'string' || typeof sub !== 'string') throw refused('the provider does not say who it is');
  if (typeof username !== 'string' || !usernameSchema.safeParse(username).success) {
    throw refused(`the claim ${settings.usernameClaim} is no user name of letters, digits and . _ @ -`);
  }
  return { issuer: iss, subject: sub, username, groups: groupsOf(own(claims, settings.groupsClaim)) };
}

/** The role of the first group of the settings that a person is in; undefined where there is none. */
export function roleOf(groups: readonly string[], { roles }: Pick<SignOnSettings, 'roles'>): Role | undefined {
  return roles.find(({ group }) => groups.includes(group))?.role;
}

/**
 * The account of a person, made at the first time, with the role that the groups give now. No account that is there already is handed over by its name.
 *
 * @throws SIGN_ON_NO_ROLE, SIGN_ON_NAME_TAKEN, SIGN_ON_REFUSED where the account is disabled
 */
export async function accountOf(db: Db, person: Person, role: Role | undefined, address: string): Promise<Account> {
  const subject = canonicalJson([person.issuer, person.subject]);
  const outcome = await db.transaction().execute(async (trx) => {
    const found = await trx
      .selectFrom('account')
      .selectAll()
      .where('provider_subject', '=', subject)
      .forUpdate()
      .executeTakeFirst();
    const actor = { name: found?.username ?? person.username, address };
    if (role === undefined) {
      // Whoever was taken out of the groups loses what was opened before.
      if (found !== undefined) await endAll(trx, found.id);
      return { failure: 'no-role' } as const;
    }
    if (found?.disabled_at instanceof Date) return { failure: 'disabled' } as const;
    if (found !== undefined) {
      if (found.role !== role) {
        await trx
          .updateTable('account')
          .set({ role, revision: found.revision + 1 })
          .where('id', '=', found.id)
          .execute();
        const details = { before: { role: found.role }, after: { role }, by: 'groups at the provider' };
        await recordAudit(trx, actor, { action: 'account.change', subject: found.username, details });
      }
      return { account: { id: found.id, username: found.username, role, hasPassword: false } };
    }
    const account = { id: randomUUID(), username: person.username, role };
    const made = await trx
      .insertInto('account')
      .values({ ...account, password_hash: null, created_at: new Date(), provider_subject: subject })
      .onConflict((conflict) => conflict.expression(sql`lower(username)`).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made === undefined) return { failure: 'name-taken' } as const;
    const details = { after: { role }, by: 'single sign-on' };
    await recordAudit(trx, actor, { action: 'account.create', subject: person.username, details });
    return { account: { ...account, hasPassword: false } };
  });
  if ('account' in outcome) return outcome.account;
  const values = { username: person.username };
  if (outcome.failure === 'no-role') throw new SealiftError('SIGN_ON_NO_ROLE', { values });
  if (outcome.failure === 'name-taken') throw new SealiftError('SIGN_ON_NAME_TAKEN', { values });
  throw refused('the account is disabled');
}

export function refused(reason: string, cause?: unknown): SealiftError {
  return new SealiftError('SIGN_ON_REFUSED', { values: { reason }, cause });
}

async function endAll(trx: Trx, accountId: string): Promise<void> {
  await endSessions(trx, accountId);
  await trx.deleteFrom('api_token').where('account_id', '=', accountId).execute();
}

/** A claim of the document itself, and none that every object has. */
function own(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function groupsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return [claim];
  if (!Array.isArray(claim)) return [];
  return claim.slice(0, manyGroups).filter((group): group is string => typeof group === 'string');
}
