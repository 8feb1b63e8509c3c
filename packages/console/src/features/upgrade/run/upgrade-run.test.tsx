import { act, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { FixtureApi } from '../../../../test/fixture/fixture-api.ts';
import { openPage } from '../../../../test/open-page.tsx';
import { reportStream } from '../../../api/connection.ts';

afterEach(() => vi.restoreAllMocks());

const waiting = (api: FixtureApi): void => {
  api.progress = 3;
};

test('shows which step runs, what it waits for with object, since and remedy, and how far the whole is along its time', async () => {
  openPage('/updates/up-1', waiting);
  const wait = within(await screen.findByRole('region', { name: 'Waiting for' }));
  wait.getByText('node cp-2 is draining, 3 pods left');
  wait.getByText('stalled');
  wait.getByText(/; Machine cp-2; in the step Roll the control plane to Kubernetes 1\.26\.10/);
  wait.getByText('What to do: Raise the budget.');
  const bar = screen.getByRole('progressbar', { name: 'Progress of the upgrade' });
  // Three and a half minutes are over of what is usually twelve: by time, not by steps.
  expect(bar.getAttribute('aria-valuenow')).toBe('28');
  expect(bar.getAttribute('aria-valuetext')).toMatch(/^3 min 3\d s elapsed, 28% of the time, done at about/);
  expect(figures()).toMatchObject({
    'Steps done': '3 of 10',
    'Machines replaced': '1 of 3',
    'Time left': 'about 9 min',
  });
});

test('says that the time left is unknown where this site has no history, and draws no share of it', async () => {
  openPage('/updates/up-1', (api) => {
    waiting(api);
    api.hasHistory = false;
  });
  await screen.findByRole('region', { name: 'Waiting for' });
  expect(figures()).toMatchObject({ 'Time left': 'unknown', 'Steps done': '3 of 10' });
  const bar = screen.getByRole('progressbar', { name: 'Progress of the upgrade' });
  expect(bar.getAttribute('aria-valuenow')).toBeNull();
  expect(bar.getAttribute('aria-valuetext')).toContain('end unknown');
});

test('draws hop, steps and objects as a tree, with the point of no return before the step that passes it', async () => {
  openPage('/updates/up-1', waiting);
  const items = within(await screen.findByRole('list', { name: 'Steps of the upgrade' })).getAllByRole('listitem');
  const texts = items.map((item) => item.getAttribute('aria-label') ?? item.textContent ?? '');
  const line = texts.findIndex((text) => text.startsWith('Point of no return'));
  expect(texts[line + 1]).toBe('Update layer addon: harborview 4.2.13: waiting');
  const rolling = within(screen.getByRole('listitem', { name: /^Roll the control plane.*: running$/ }));
  rolling.getByText('1 of 3 machines replaced');
  rolling.getByText('Machine cp-2');
  rolling.getByText('1 object waited for before');
});

test('says that it does not hear the console any more, and from when what it shows is', async () => {
  const { network } = openPage('/updates/up-1', waiting);
  await screen.findByRole('region', { name: 'Waiting for' });
  network.down = true;
  const later = Date.now() + 60_000;
  vi.spyOn(Date, 'now').mockImplementation(() => later);
  await screen.findByText(/This page does not hear the console: how far the upgrade is now is unknown/);
  screen.getByText(/, 1 min 00 s ago/);
  // What goes by is not counted on: nothing was heard of it.
  expect(figures()['Elapsed']).toBe('3 min 30 s');
});

test('says when only the events of the console are cut, and that it is asked instead', async () => {
  openPage('/updates/up-1', waiting);
  await screen.findByRole('region', { name: 'Waiting for' });
  act(() => reportStream(false));
  await screen.findByText(/The console’s events are cut since/);
  act(() => reportStream(true));
  await waitFor(() => expect(screen.queryByText(/The console’s events are cut since/)).toBeNull());
});

test('keeps decisions and merged values to be read once it was confirmed, and lets nobody change them', async () => {
  const { user, address } = openPage('/updates/up-1', (fixture) => {
    fixture.progress = 10;
  });
  await user.click(await screen.findByRole('tab', { name: /^Decisions and values/ }));
  await screen.findByRole('tree', { name: 'Decisions' });
  expect(address()).toContain('part=values');
  await user.click(screen.getByRole('button', { name: 'Incoming and current' }));
  const edit = await screen.findByRole('button', { name: 'Edit by hand: Merged result' });
  expect(edit.getAttribute('aria-disabled')).toBe('true');
});

/** The figures at the top, by what they are called. */
function figures(): Record<string, string> {
  const terms = [...document.querySelectorAll('.course-figures dt')];
  return Object.fromEntries(terms.map((term) => [term.textContent, term.nextElementSibling?.textContent ?? '']));
}

test('shows the validation after success, with the way to the Summary', async () => {
  const { user } = openPage('/updates/up-1', (api) => {
    api.progress = 10;
    api.installed = '4.2.13';
  });
  await screen.findByRole('heading', { name: 'Harborview 4.2.13 is installed' });
  await screen.findByText('You are using the latest version of Harborview');
  await user.click(screen.getByRole('link', { name: 'Go to Summary' }));
  await screen.findByRole('heading', { name: 'Summary', level: 1 });
});

test('gives the evidence once the upgrade has ended, with the fingerprint to compare', async () => {
  const saved: Blob[] = [];
  const createObjectURL = (blob: Blob): string => `blob:${saved.push(blob)}`;
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL, revokeObjectURL: () => undefined }));
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.progress = 10;
  });
  await screen.findByText('SHA256:p2oV0c3kqGJ5nUu1yX8fRw');
  await user.click(screen.getByRole('button', { name: 'Download the evidence' }));
  await waitFor(() => expect(saved).toHaveLength(1));
  expect(await saved[0]?.text()).toContain('the signed file');
  expect(api.calls).toContain('GET /upgrades/up-1/evidence');
});

test('has no evidence to give while the upgrade runs', async () => {
  openPage('/updates/up-1', (api) => {
    api.progress = 3;
  });
  await screen.findByRole('button', { name: 'Pause' });
  expect(screen.queryByRole('button', { name: 'Download the evidence' })).toBeNull();
});

test('pauses, resumes, and aborts only with a reason', async () => {
  const { user, api } = openPage('/updates/up-1', (fixture) => {
    fixture.progress = 3;
  });
  await user.click(await screen.findByRole('button', { name: 'Pause' }));
  await screen.findByText(/The upgrade is paused/);
  await user.click(screen.getByRole('button', { name: 'Resume' }));
  await screen.findByRole('button', { name: 'Pause' });
  await user.click(screen.getByRole('button', { name: 'Abort …' }));
  const abort = await screen.findByRole('button', { name: 'Abort the upgrade' });
  expect(abort).toHaveProperty('disabled', true);
  await user.type(screen.getByLabelText(/Reason, for the audit log/), 'window closed');
  await user.click(abort);
  await screen.findByText(/lets go of what it holds, and opens the console\.$/);
  expect(api.intervened).toBe('aborting');
});

test('says why it failed and what to do', async () => {
  openPage('/updates/up-1', (api) => {
    api.progress = 3;
    api.failure = {
      code: 'ROLLOUT_STALLED',
      message: 'The control plane did not become ready',
      hint: 'Look at cp-2.',
      next: 'needs-a-person',
    };
  });
  await screen.findByRole('heading', { name: 'Steps' });
  expect(screen.getAllByText(/The control plane did not become ready/)).toHaveLength(2);
  screen.getByText('What to do: Look at cp-2.');
});
