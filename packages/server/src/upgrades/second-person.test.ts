import { notificationKinds } from '@sealift/core/notification';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAdopted } from '../testing/adopted-platform.ts';
import type { RunningPlatform } from '../testing/running-platform.ts';

const password = 'four random words here';
const sketch = { kubernetes: '1.26.8', upgradesFrom: '>=4.2.0 <4.2.13', cniValues: 'mtu: 1440\n' };
let platform: RunningPlatform;
let id = '';
/** Tokens by the names of their owners. */
const tokens = new Map<string, string>();

beforeAll(async () => {
  platform = await startAdopted([
    { ...sketch, version: '4.2.12' },
    { ...sketch, version: '4.2.13' },
  ]);
  tokens.set('admin', platform.token);
  for (const [username, role] of [
    ['ann', 'operations'],
    ['bob', 'operations'],
    ['vic', 'viewer'],
  ] as const)
    tokens.set(username, await tokenOf(username, role));
  // Without a mail server nothing arrives; what is to be told is there all the same.
  const people = {
    name: 'people',
    kinds: Object.keys(notificationKinds),
    target: { via: 'mail', to: ['ops@example.org'] },
  };
  await platform.call('POST', '/notifications/subscriptions', people);
  id = (await platform.call('POST', '/upgrades', { to: '4.2.13' })).body.id;
}, 120_000);
afterAll(() => platform.stop());

async function tokenOf(username: string, role: string): Promise<string> {
  const { body } = await platform.call('POST', '/accounts', { username, role });
  await platform.call('POST', '/password-link', { token: body.link.token, password });
  const { cookie } = await platform.call('POST', '/session', { username, password });
  return (await platform.call('POST', '/tokens', { name: 'test' }, { cookie })).body.secret;
}

const as = (who: string, method: string, path: string, body?: unknown, headers = {}) =>
  platform.call(method, path, body, { authorization: `Bearer ${tokens.get(who)}`, ...headers });
const upgrade = async () => (await platform.call('GET', `/upgrades/${id}`)).body;
const confirm = async (who: string, hash?: string) =>
  as(who, 'POST', `/upgrades/${id}/confirm`, { hash: hash ?? (await upgrade()).hash });
const policy = async (secondPerson: boolean) => {
  const { revision } = (await platform.call('GET', '/access-policy')).body;
  return platform.call('PUT', '/access-policy', { banner: null, secondPerson }, { 'if-match': `"${revision}"` });
};
const disable = async (username: string, disabled: boolean) => {
  const { accounts } = (await platform.call('GET', '/accounts')).body;
  const { id: account, role, revision } = accounts.find((one: { username: string }) => one.username === username);
  return platform.call('PUT', `/accounts/${account}`, { role, disabled }, { 'if-match': `"${revision}"` });
};

it('is needed when a Root has said so, and nobody else says so', async () => {
  expect((await upgrade()).approval).toEqual({ required: false, asked: null });
  expect((await as('ann', 'PUT', '/access-policy', { banner: null, secondPerson: true })).body).toMatchObject({
    code: 'NOT_PERMITTED',
  });
  expect((await policy(true)).status).toBe(200);
  expect((await upgrade()).approval).toEqual({ required: true, asked: null });
});

it('is asked by the first one, who may not approve, with a token of theirs neither', async () => {
  expect((await confirm('ann')).body).toMatchObject({
    state: 'draft',
    confirmedBy: null,
    approval: { required: true, asked: { by: 'ann', stands: true } },
  });
  expect((await confirm('ann')).body).toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
  const second = (await as('ann', 'POST', '/tokens', { name: 'another' })).body.secret;
  tokens.set('ann again', second);
  expect((await confirm('ann again')).body).toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
  expect((await confirm('vic')).body).toMatchObject({ code: 'NOT_PERMITTED' });
  expect((await platform.call('GET', '/summary')).body.lockedBy).toBeNull();
});

it('is asked for exactly what was seen: a draft that was changed since is asked for anew', async () => {
  const before = await upgrade();
  await as('bob', 'PUT', `/upgrades/${id}/on-failure`, { onFailure: 'roll-back' });
  const after = await upgrade();
  expect(after.hash).not.toBe(before.hash);
  expect(after.approval.asked).toMatchObject({ by: 'ann', stands: false });
  expect((await confirm('bob', before.hash)).body).toMatchObject({ code: 'UPGRADE_CHANGED' });
  expect((await confirm('bob')).body).toMatchObject({
    state: 'draft',
    approval: { asked: { by: 'bob', stands: true } },
  });
});

it('can be taken back, once', async () => {
  expect((await as('vic', 'DELETE', `/upgrades/${id}/confirm`)).body).toMatchObject({ code: 'NOT_PERMITTED' });
  expect((await as('ann', 'DELETE', `/upgrades/${id}/confirm`)).body).toMatchObject({ approval: { asked: null } });
  expect((await as('ann', 'DELETE', `/upgrades/${id}/confirm`)).body).toMatchObject({ code: 'NOT_FOUND' });
});

it('asked by an account that was shut out since, counts for nothing', async () => {
  await confirm('ann');
  await disable('ann', true);
  expect((await upgrade()).approval.asked).toMatchObject({ by: 'ann', stands: false });
  expect((await confirm('bob')).body).toMatchObject({ state: 'draft', approval: { asked: { by: 'bob' } } });
  await disable('ann', false);
});

it('approves, the upgrade starts, and who asked and who approved stays known', async () => {
  const { hash } = await upgrade();
  expect((await confirm('ann', hash)).body).toMatchObject({
    confirmedBy: 'ann',
    approval: { required: true, asked: { by: 'bob', stands: true } },
  });
  await platform.until(`/upgrades/${id}`, ({ state }) => state === 'succeeded');
  expect((await as('ann', 'DELETE', `/upgrades/${id}/confirm`)).body).toMatchObject({ code: 'NOT_FOUND' });
  const { entries } = (await platform.call('GET', '/audit?action=upgrade&limit=1000')).body;
  const told = entries
    .filter(({ action }: { action: string }) => /ask|withdraw|confirm/.test(action))
    .map(({ actor, action, details }: { actor: string; action: string; details: { askedBy?: string } }) =>
      [actor, action, details.askedBy].filter((part) => part !== undefined).join(' '),
    );
  expect(told).toEqual([
    'ann upgrade.ask',
    'bob upgrade.ask',
    'ann upgrade.withdraw-request bob',
    'ann upgrade.ask',
    'bob upgrade.ask',
    'ann upgrade.confirm bob',
  ]);
  const evidence = await fetch(`${platform.console.url}/api/v1/upgrades/${id}/evidence`, {
    headers: { authorization: `Bearer ${platform.token}` },
  });
  const [line = ''] = (await evidence.text()).split('\n');
  expect(JSON.parse(line).approval).toMatchObject({ askedBy: 'bob', by: 'ann', hash });
}, 60_000);

it('is told to whoever is subscribed, as is what the upgrade then does', async () => {
  interface Told {
    readonly notification: { readonly kind: string; readonly subject: string; readonly facts: { readonly by: string } };
    readonly answer: string;
  }
  const kindsOf = ({ deliveries }: { deliveries: Told[] }): string[] =>
    deliveries
      .filter(({ notification }) => notification.subject === id)
      .map(({ notification: { kind, facts } }) => (kind.endsWith('approval') ? `${kind} ${facts.by}` : kind))
      .toReversed();
  await platform.until('/notifications/deliveries?limit=200', (list) => kindsOf(list).includes('upgrade.succeeded'));
  const told = kindsOf((await platform.call('GET', '/notifications/deliveries?limit=200')).body);
  expect(told).toEqual([
    'upgrade.waiting-for-approval ann',
    'upgrade.waiting-for-approval bob',
    'upgrade.waiting-for-approval ann',
    'upgrade.waiting-for-approval bob',
    'upgrade.started',
    'upgrade.succeeded',
  ]);
}, 60_000);
