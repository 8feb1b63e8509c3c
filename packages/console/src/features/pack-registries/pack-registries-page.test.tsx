import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('syncs from the three-dot menu and shows progress, then the result', async () => {
  const { user, api } = openPage('/administration/registries');
  await user.click(await screen.findByRole('button', { name: 'Actions for spectro-packs' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sync' }));
  await screen.findByRole('progressbar', { name: 'Sync of spectro-packs' });
  screen.getByText('Checking the signature of Harborview 4.2.13');
  await screen.findByText('2 releases and 12 packs are in the catalogue', {}, { timeout: 5000 });
  expect(api.calls).toContain('POST /registries/spectro-packs/sync');
});

test('can be asked for another sync while one runs, which is done after it', async () => {
  const { user, api } = openPage('/administration/registries', (fixture) => {
    fixture.syncDone = 0;
  });
  await screen.findByRole('progressbar', { name: 'Sync of spectro-packs' });
  await user.click(screen.getByRole('button', { name: 'Actions for spectro-packs' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sync' }));
  await waitFor(() => expect(api.calls).toContain('POST /registries/spectro-packs/sync'));
});

test('lists what was refused with the reason and the remedy', async () => {
  openPage('/administration/registries', (api) => {
    api.syncDone = 10;
    api.refuse = true;
  });
  const refused = within(await screen.findByRole('grid', { name: 'Refused by the last sync of spectro-packs' }));
  refused.getByText('spectro-packs/multus:3.9.0');
  refused.getByText(/Trust the key under Trusted Keys/);
});

test('cannot sync while an upgrade locks the console, and says why', async () => {
  const { user, api } = openPage('/administration/registries', (fixture) => {
    fixture.progress = 3;
  });
  await screen.findByRole('region', { name: 'Console lock' });
  await user.click(screen.getByRole('button', { name: 'Actions for spectro-packs' }));
  const sync = await screen.findByRole('menuitem', { name: 'Sync' });
  await waitFor(() => expect(sync.getAttribute('aria-disabled')).toBe('true'));
  await user.click(sync);
  expect(api.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});

/** Fills the form of a registry. */
async function fill(user: ReturnType<typeof openPage>['user'], dialog: HTMLElement, texts: Record<string, string>) {
  for (const [label, text] of Object.entries(texts)) {
    const field = within(dialog).getByLabelText(new RegExp(`^${label}`));
    await user.clear(field);
    await user.type(field, text);
  }
}

test('adds a registry once it was validated', async () => {
  const { user, api } = openPage('/administration/registries');
  await user.click(await screen.findByRole('button', { name: 'Add a registry' }));
  const dialog = await screen.findByRole('dialog', { name: 'Add a registry' });
  await fill(user, dialog, {
    Name: 'harbor',
    Address: 'harbor.example',
    'User name': 'ci',
    'Password or token': 'a secret',
  });
  await user.click(within(dialog).getByRole('button', { name: 'Validate' }));
  const tried = within(await within(dialog).findByRole('list', { name: 'What was tried' }));
  tried.getByText('Content may be pushed to it');
  expect(api.registries.registries).toEqual([]);
  expect(api.registries.asked).toMatchObject({
    registry: 'harbor.example',
    username: 'ci',
    password: 'a secret',
    ca: null,
  });
  await user.click(within(dialog).getByRole('button', { name: 'Add' }));
  await screen.findByText('harbor.example/sealift/packs');
  screen.getByText('Pull and push, read when asked');
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('keeps a registry that is refused out, and shows what failed', async () => {
  const { user, api } = openPage('/administration/registries', (fixture) => {
    fixture.registries.refuseLogin = true;
  });
  await user.click(await screen.findByRole('button', { name: 'Add a registry' }));
  const dialog = await screen.findByRole('dialog', { name: 'Add a registry' });
  await fill(user, dialog, { Name: 'harbor', Address: 'harbor.example' });
  await user.click(within(dialog).getByRole('button', { name: 'Add' }));
  await within(dialog).findByText(/is not as the console needs it/);
  within(dialog).getByText('What to do: Correct the password.', { selector: '.checks p' });
  expect(api.registries.registries).toEqual([]);
  // What was found says nothing of what is typed now.
  await fill(user, dialog, { Address: 'other.example' });
  expect(within(dialog).queryByRole('list', { name: 'What was tried' })).toBeNull();
});

test('edits and removes a registry from the three-dot menu; one that is needed stays, and says for what', async () => {
  const { user, api } = openPage('/administration/registries', ({ registries }) => {
    const settings = { registry: 'harbor.example', plainHttp: false, packBase: 'team', imageBase: 'images' };
    const rest = { username: 'ci', ca: null, allowedOrigins: [], push: true, syncEveryMinutes: 60 };
    registries.answer('POST /registries', { name: 'harbor', ...settings, ...rest, password: 'x' });
    registries.needed = true;
  });
  const choose = async (item: string) => {
    await user.click(await screen.findByRole('button', { name: 'Actions for harbor' }));
    await user.click(await screen.findByRole('menuitem', { name: item }));
  };
  await choose('Edit');
  const dialog = await screen.findByRole('dialog', { name: 'Edit harbor' });
  await user.selectOptions(within(dialog).getByLabelText(/^Read by itself/), 'Every 15 minutes');
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await screen.findByText('Pull and push, read every 15 minutes');
  expect(api.registries.asked).not.toHaveProperty('password');
  expect(api.registries.registries[0]?.revision).toBe(2);
  await choose('Remove');
  await user.click(await screen.findByRole('button', { name: 'Remove harbor' }));
  await screen.findByText(/Harborview 4.2.12 needs, which the platform runs/);
  api.registries.needed = false;
  await user.click(screen.getByRole('button', { name: 'Remove harbor' }));
  await waitFor(() => expect(screen.queryByText('harbor.example/team')).toBeNull());
});

test('does not let the registry of the console be edited or removed, and says why', async () => {
  const { user } = openPage('/administration/registries');
  await user.click(await screen.findByRole('button', { name: 'Actions for spectro-packs' }));
  for (const name of ['Edit', 'Remove']) {
    expect((await screen.findByRole('menuitem', { name })).getAttribute('aria-disabled')).toBe('true');
  }
});

test('names a version that is different content in two registries', async () => {
  openPage('/administration/registries', ({ registries }) => {
    const places = ['spectro-packs', 'harbor'].map((registry, index) => ({
      registry,
      digest: `sha256:${String(index).repeat(64)}`,
      inCatalogue: index === 0,
    }));
    registries.conflicts = [{ kind: 'release', name: 'Harborview', version: '4.2.13', places }];
  });
  await screen.findByText('Harborview 4.2.13 is different content in 2 registries');
  screen.getByText(`sha256:${'1'.repeat(64)}`);
});

test('mirrors one registry to another from the three-dot menu, shows how far it is, and cancels it', async () => {
  const { user, api } = openPage('/administration/registries', ({ registries }) => {
    const settings = { registry: 'harbor.example', plainHttp: false, packBase: 'team', imageBase: 'images' };
    const rest = { username: 'ci', ca: null, allowedOrigins: [], push: true, syncEveryMinutes: null };
    registries.answer('POST /registries', { name: 'harbor', ...settings, ...rest, password: 'x' });
  });
  await user.click(await screen.findByRole('button', { name: 'Actions for spectro-packs' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Mirror to…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Mirror spectro-packs' });
  await user.selectOptions(within(dialog).getByLabelText(/^What/), 'Some releases');
  const begin = within(dialog).getByRole('button', { name: 'Mirror' });
  expect((begin as HTMLButtonElement).disabled).toBe(true);
  await user.type(within(dialog).getByLabelText(/^Versions/), '4.2.13{enter} 4.2.14 ');
  await user.click(begin);
  await screen.findByRole('progressbar', { name: 'Mirror of spectro-packs to harbor' });
  expect(api.registries.asked).toEqual({
    from: 'spectro-packs',
    to: 'harbor',
    versions: ['4.2.13', '4.2.14'],
    repositories: [],
    dryRun: false,
  });
  screen.getByText('0 of 1, 3.0 MiB of 12.0 MiB');
  await user.click(screen.getByRole('button', { name: 'Cancel the mirror' }));
  await screen.findByText('Cancelled; what is there by now stays');
});

test('offers no mirror where no other registry takes pushes, and says so', async () => {
  const { user } = openPage('/administration/registries');
  await user.click(await screen.findByRole('button', { name: 'Actions for spectro-packs' }));
  const item = await screen.findByRole('menuitem', { name: 'Mirror to…' });
  expect(item.getAttribute('aria-disabled')).toBe('true');
});

test('tells of each part of a mirror that failed why, and what to do', async () => {
  openPage('/administration/registries', ({ registries }) => {
    const problem = { code: 'REGISTRY_LACKS', detail: 'ours lacks image app.', hint: 'Push it there again.' };
    const parts: (typeof registries.mirror)['parts'] = [{ name: 'release-x-1', state: 'failed', problem }];
    const ended = { startedAt: '2026-11-30T08:00:00.000Z', finishedAt: '2026-11-30T08:01:00.000Z' };
    registries.mirror = {
      ...registries.mirror,
      ...ended,
      state: 'failed',
      from: 'a',
      to: 'b',
      message: 'Not all',
      parts,
    };
  });
  const mirror = within(await screen.findByRole('region', { name: 'Mirror' }));
  mirror.getByText(/Push it there again/);
  mirror.getByText('REGISTRY_LACKS');
});
