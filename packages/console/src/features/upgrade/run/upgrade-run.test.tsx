import { screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { openPage } from '../../../../test/open-page.tsx';

test('shows which step runs, what it waits for and how far the whole is', async () => {
  openPage('/updates/up-1', (api) => {
    api.progress = 3;
  });
  await screen.findByText('40%: node cp-2 is draining, 3 pods left');
  const [bar] = screen.getAllByRole('progressbar', { name: 'Progress of the upgrade' });
  expect(bar?.getAttribute('aria-valuenow')).toBe('30');
  screen.getByText('Roll the control plane to Kubernetes 1.26.10: node cp-2 is draining, 3 pods left');
  screen.getByText('stalled');
  screen.getByText('What to do: Raise the budget.');
});

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
  await screen.findByText(/The control plane did not become ready/);
  screen.getByText('What to do: Look at cp-2.');
});
