import type { Check } from '@sealift/core/check';
import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { FixtureApi } from '../../../../test/fixture/fixture-api.ts';
import { rehearsalUnderWay } from '../../../../test/fixture/upgrade.ts';
import { openPage } from '../../../../test/open-page.tsx';

const check: Check = {
  name: 'rehearsal',
  title: 'The new Kubernetes was rehearsed on a copy of the cluster',
  outcome: 'unknown',
  detail: 'It was not rehearsed yet: from 1.25.9 to 1.26.10',
  remedy: 'Press Rehearse.',
  risk: { consequence: 'It is found by the first new machine.', objects: ['from 1.25.9 to 1.26.10'] },
};

async function openPreflight(change: (fixture: FixtureApi) => void = () => undefined) {
  const opened = openPage('/updates/up-1', (fixture) => {
    fixture.crossesMinor = true;
    fixture.risky = [check];
    change(fixture);
  });
  await opened.user.click(await screen.findByRole('tab', { name: /Preflight/ }));
  return opened;
}

test('a minor is rehearsed at the press of a button, and how far that is stays on the page', async () => {
  const { user, api } = await openPreflight();
  const part = within(await screen.findByRole('region', { name: 'Rehearsal' }));
  part.getByText(/Kubernetes from 1.25.9 to 1.26.10/);
  await user.click(part.getByRole('button', { name: 'Rehearse' }));
  await part.findByText(/asked by admin: taking a snapshot of etcd/);
  expect(part.getByRole('button', { name: 'Rehearse' }).getAttribute('aria-disabled')).toBe('true');
  expect(api.calls).toContain('POST /upgrades/up-1/rehearsal');
});

test('one that came to no end says why, and can be done again', async () => {
  await openPreflight((fixture) => {
    const failure = { message: 'no snapshot of etcd was taken', hint: 'Look at its pods.' };
    fixture.rehearsal = { ...rehearsalUnderWay, state: 'failed', failure };
  });
  const part = within(await screen.findByRole('region', { name: 'Rehearsal' }));
  await part.findByText(/came to no end: no snapshot of etcd was taken. Look at its pods/);
  expect(part.getByRole('button', { name: 'Rehearse' }).getAttribute('aria-disabled')).toBeNull();
});

test('it is not offered where the programs are missing, and not there where no minor is crossed', async () => {
  await openPreflight((fixture) => {
    const { risk: _, ...lacking } = check;
    fixture.risky = [{ ...lacking, outcome: 'warn', detail: 'It was not rehearsed: there is no etcd' }];
  });
  expect((await screen.findByRole('button', { name: 'Rehearse' })).getAttribute('aria-disabled')).toBe('true');
});

test('an upgrade that stays in its minor has nothing to rehearse', async () => {
  await openPreflight((fixture) => {
    fixture.crossesMinor = false;
    fixture.risky = [];
  });
  await screen.findByRole('button', { name: 'Look again' });
  expect(screen.queryByRole('region', { name: 'Rehearsal' })).toBeNull();
});
