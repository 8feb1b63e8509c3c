import { screen, waitFor, within } from '@testing-library/react';
import { readPlain } from '@sealift/core/merge';
import { beforeEach, expect, test } from 'vitest';
import { forgetTyped } from '../../../../api/typed-texts.ts';
import { openPage } from '../../../../../test/open-page.tsx';
import { nginx } from '../../../../../test/fixture/texts.ts';

const layer = 'addon-harborview';

const path = 'files["nginx.conf"]';

// One window, as one signs out.
beforeEach(() => forgetTyped());

async function openLong(prepare: Parameters<typeof openPage>[1] = () => undefined) {
  const opened = openPage('/updates/up-1', (api) => {
    api.longConflict = 'long';
    prepare(api);
  });
  await screen.findByRole('tree', { name: 'Decisions' });
  await opened.user.click(screen.getByRole('treeitem', { name: /^(?:\["nginx.conf|\["settings.json|password)/ }));
  return opened;
}

const hunks = async () => within(await screen.findByRole('region', { name: 'Hunks' }));
const given = (api: Awaited<ReturnType<typeof openLong>>['api']) => api.edits.resolutions.get(layer);
/** The file as the answer has it. */
const fileOf = (api: Awaited<ReturnType<typeof openLong>>['api']): unknown => {
  const [answer] = given(api) ?? [];
  return answer !== undefined && 'value' in answer ? readPlain(answer.value, 'the answer') : undefined;
};

/** The file with these settings, and the rest as it merges. */
function merged(settings: Readonly<Record<string, string>>): string {
  const lines = nginx('release').map((line) => {
    const name = Object.keys(settings).find((key) => line.trimStart().startsWith(key));
    return name === undefined ? line : `${/^ */.exec(line)?.[0]}${name} ${settings[name]};`;
  });
  return `${lines.join('\n')}\n`.replace('worker_processes 1;', 'worker_processes 4;');
}

test('settles a long text hunk by hunk with the keys of a row, and saves it once nothing is open', async () => {
  const { user, api } = await openLong();
  const panel = await hunks();
  panel.getByRole('heading', { name: 'Hunk 1 of 3' });
  panel.getByText('0 settled, 2 other changes merged by themselves');
  expect(panel.getByRole('region', { name: 'Current in this hunk' }).textContent).toContain('worker_connections 4096;');
  expect(panel.getByRole('region', { name: 'Incoming in this hunk' }).textContent).toContain(
    'worker_connections 1024;',
  );
  expect(panel.getByRole('region', { name: 'Base in this hunk' }).textContent).toContain('worker_connections 512;');
  await user.keyboard('c');
  panel.getByRole('heading', { name: 'Hunk 2 of 3' });
  screen.getByText('Hunk 1 of 3: current kept. 2 open. Next: hunk 2');
  await user.keyboard('i');
  expect(given(api)).toBeUndefined();
  screen.getByText('0 of 3 settled');
  await user.keyboard('i');
  await waitFor(() => expect(fileOf(api)).toBe(merged({ worker_connections: '4096' })));
  await screen.findByText('1 of 3 settled');
  // On to what is open next, by keyboard.
  expect(document.activeElement?.textContent).toContain('replicas');
  expect(api.edits.history.get(layer)).toHaveLength(1);
});

test('answers with the side itself where every hunk comes to it', async () => {
  const { user, api } = await openLong((fixture) => {
    fixture.longConflict = 'json';
  });
  await hunks();
  await user.keyboard('ii');
  await waitFor(() => expect(given(api)).toEqual([{ path: ['files', 'settings.json'], take: 'incoming' }]));
});

test('keeps what is settled while one looks elsewhere, and over the end of a session', async () => {
  const { user, api } = await openLong();
  await hunks();
  await user.keyboard('i');
  // How far it is stands in its line, wherever one is.
  within(screen.getByRole('treeitem', { name: /^\["nginx.conf/ })).getByText('1 of 3 hunks settled');
  await user.click(screen.getByRole('treeitem', { name: /^mtu/ }));
  expect(screen.queryByRole('region', { name: 'Hunks' })).toBeNull();
  within(screen.getByRole('treeitem', { name: /^\["nginx.conf/ })).getByText('1 of 3 hunks settled');
  await user.click(screen.getByRole('treeitem', { name: /^\["nginx.conf"\]/ }));
  (await hunks()).getByText(/^1 settled/);
  (await hunks()).getByRole('heading', { name: 'Hunk 2 of 3' });
  await user.keyboard('c');
  api.user = null;
  await user.keyboard('c');
  await user.type(await screen.findByRole('textbox', { name: /User name/ }), 'admin');
  await user.type(screen.getByLabelText(/^Password/), 'four random words here');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await user.click(await screen.findByRole('treeitem', { name: /^\["nginx.conf"\] .* open/ }));
  const panel = await hunks();
  panel.getByText('Every hunk is settled, and the text is not saved.');
  await user.click(panel.getByRole('button', { name: `Use the settled text: ${path}` }));
  await waitFor(() => expect(fileOf(api)).toBe(merged({ keepalive_timeout: '30', client_max_body_size: '64m' })));
});

/** The page as it is loaded anew, of the same server. */
async function reload({ unmount, api }: Awaited<ReturnType<typeof openLong>>) {
  unmount();
  forgetTyped();
  const { hunked, edits } = api;
  return await openLong((fixture) => {
    fixture.hunked.texts = hunked.texts;
    for (const [id, answers] of edits.resolutions) fixture.edits.resolutions.set(id, answers);
  });
}

test('has what is settled over a reload, and opens it again hunk by hunk with the key that undoes', async () => {
  const first = await openLong();
  await hunks();
  await first.user.keyboard('ci');
  (await hunks()).getByText(/^2 settled/);
  await waitFor(() => expect(first.api.hunked.texts[0]?.hunks).toHaveLength(2));
  const { user, api } = await reload(first);
  const panel = await hunks();
  panel.getByText(/^2 settled/);
  panel.getByRole('heading', { name: 'Hunk 3 of 3' });
  within(screen.getByRole('treeitem', { name: /^\["nginx.conf/ })).getByText('2 of 3 hunks settled');
  await user.keyboard('u');
  screen.getByText('Hunk 2 of 3 is open again.');
  await waitFor(() =>
    expect(api.hunked.texts[0]?.hunks).toMatchObject([{ hunk: expect.any(Number), choice: 'current' }]),
  );
  await user.keyboard('cc');
  await waitFor(() =>
    expect(fileOf(api)).toBe(
      merged({ worker_connections: '4096', keepalive_timeout: '30', client_max_body_size: '64m' }),
    ),
  );
  await waitFor(() => expect(api.hunked.texts[0]?.hunks).toHaveLength(3));
});

test('opens a row again that was settled before a reload, with its hunks', async () => {
  const first = await openLong();
  await hunks();
  await first.user.keyboard('ccc');
  await screen.findByText('1 of 3 settled');
  await waitFor(() => expect(first.api.hunked.texts[0]?.hunks).toHaveLength(3));
  const { user, api } = await reload(first);
  expect(screen.queryByRole('region', { name: 'Hunks' })).toBeNull();
  await user.keyboard('u');
  await waitFor(() => expect(given(api)).toEqual([]));
  (await hunks()).getByText(/^3 settled/);
});

test('does not write over hunks that somebody else settled, and says so', async () => {
  const { user, api } = await openLong();
  await hunks();
  await user.keyboard('c');
  await waitFor(() => expect(api.hunked.texts[0]?.revision).toBe(1));
  const [{ path, texts, of } = { path: [], texts: '', of: 3 }] = api.hunked.texts;
  const [first] = api.hunked.texts[0]?.hunks ?? [];
  const set = [{ hunk: first?.hunk, choice: 'base' }];
  api.hunked.settle(layer, { path, texts, of, set }, null, 'ben');
  await user.keyboard('i');
  await screen.findByText(/changed by somebody else since it was read/);
  (await hunks()).getByText(/^1 settled/);
  expect(api.hunked.texts[0]).toMatchObject({ revision: 2, hunks: [{ choice: 'base', by: 'ben' }] });
  // The newest is what the next one is decided beside.
  await user.keyboard('i');
  await waitFor(() => expect(api.hunked.texts[0]?.hunks).toHaveLength(2));
});

test('drops what was settled of a text that is another one by now, and says how much', async () => {
  const { user, api } = await openLong((fixture) => {
    const at = '2026-11-23T00:24:00.000Z';
    const settled = [0, 2].map((hunk) => ({ hunk, choice: 'current' as const, by: 'admin', at }));
    fixture.hunked.texts = [
      { layer, path: ['files', 'nginx.conf'], texts: 'another text', of: 3, revision: 4, hunks: settled },
    ];
  });
  const panel = await hunks();
  panel.getByText(/This text is another one since 2 hunks of it were settled/);
  panel.getByText(/^0 settled/);
  expect(screen.queryByText('2 of 3 hunks settled')).toBeNull();
  await user.keyboard('c');
  await waitFor(() => expect(api.hunked.texts[0]).toMatchObject({ revision: 5, hunks: [{ choice: 'current' }] }));
  expect(panel.queryByText(/This text is another one/)).toBeNull();
});

test('loses no hunk where saving fails, nor where somebody else edited the layer', async () => {
  const { user, api, network } = await openLong();
  await hunks();
  await user.keyboard('cc');
  network.down = true;
  await user.keyboard('c');
  await screen.findByText(/The server does not answer/);
  network.down = false;
  await screen.findByText('0 of 3 settled');
  await user.click(await screen.findByRole('treeitem', { name: /^\["nginx.conf"\] .* open/ }));
  (await hunks()).getByText(/^3 settled/);
  api.editElsewhere('ben', layer, { path: ['files', 'nginx.conf'], take: 'incoming' });
  await user.click((await hunks()).getByRole('button', { name: `Use the settled text: ${path}` }));
  await screen.findByText(/Harborview was edited in another window; this was not saved/);
  expect(given(api)).toEqual([{ path: ['files', 'nginx.conf'], take: 'incoming' }]);
  await user.click(screen.getByRole('treeitem', { name: /^\["nginx.conf"\]/ }));
  await user.click(await screen.findByRole('button', { name: `Open again: ${path}` }));
  (await hunks()).getByText(/^3 settled/);
});

test('undoes hunks one after the other, the one that saved the text with its answer', async () => {
  const { user, api } = await openLong();
  await hunks();
  await user.keyboard('ccc');
  await screen.findByText('1 of 3 settled');
  await user.keyboard('u');
  await waitFor(() => expect(given(api)).toEqual([]));
  const panel = await hunks();
  panel.getByText(/^2 settled/);
  panel.getByRole('heading', { name: 'Hunk 3 of 3' });
  await user.keyboard('u');
  panel.getByText(/^1 settled/);
  await user.keyboard('uu');
  screen.getByText('There is nothing to undo.');
  expect(panel.getByText(/^0 settled/)).toBeDefined();
});

test('takes lines of one’s own for a hunk, and keeps them while they are typed', async () => {
  const { user, api } = await openLong();
  await hunks();
  await user.keyboard('e');
  const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: `Lines for hunk 1 of ${path}` });
  expect([document.activeElement, field().value]).toEqual([field(), '  worker_connections 4096;']);
  await user.clear(field());
  await user.type(field(), '  worker_connections 2048;{Enter}  multi_accept on;');
  await user.keyboard('{Escape}');
  await user.keyboard('e');
  expect(field().value).toBe('  worker_connections 2048;\n  multi_accept on;');
  await user.click(screen.getByRole('button', { name: 'Use these lines' }));
  expect(document.activeElement?.getAttribute('data-key')).toContain('nginx.conf');
  await user.keyboard('ii');
  await waitFor(() => expect(fileOf(api)).toContain('  worker_connections 2048;\n  multi_accept on;\n}\n'));
});

test('goes to hunks and back by buttons and by the key for what is open, and begins the whole text with what is settled', async () => {
  const { user } = await openLong();
  const panel = await hunks();
  await user.click(panel.getByRole('button', { name: 'Next hunk' }));
  panel.getByRole('heading', { name: 'Hunk 2 of 3' });
  await user.click(panel.getByRole('button', { name: `Take incoming: hunk 2 of ${path}` }));
  panel.getByRole('heading', { name: 'Hunk 3 of 3' });
  await user.click(panel.getByRole('button', { name: 'Previous hunk' }));
  await user.click(panel.getByRole('button', { name: 'Previous hunk' }));
  await user.keyboard('n');
  panel.getByRole('heading', { name: 'Hunk 3 of 3' });
  await user.click(screen.getByRole('button', { name: `Own value: ${path}` }));
  const whole = screen.getByRole<HTMLTextAreaElement>('textbox', { name: `Value for ${path}, as YAML` });
  expect(whole.value).toContain('keepalive_timeout 75;');
  expect(whole.value).toContain('worker_connections 4096;');
});

test('saves nothing that would be no JSON any more, and says so', async () => {
  const { user, api } = await openLong((fixture) => {
    fixture.longConflict = 'json';
  });
  const panel = await hunks();
  await user.keyboard('ie');
  const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: /^Lines for hunk 2/ });
  await user.clear(field);
  await user.type(field, 'no json');
  await user.click(screen.getByRole('button', { name: 'Use these lines' }));
  panel.getByText(/the text is no JSON any more/);
  expect(given(api)).toBeUndefined();
  await user.keyboard('c');
  await waitFor(() => expect(JSON.parse(String(fileOf(api)))).toEqual({ a: 3, b: 1, c: 2, d: 1 }));
});

test('shows no hunk of a secret, and says why', async () => {
  await openLong((fixture) => {
    fixture.longConflict = 'long-secret';
  });
  await screen.findByText(/it is settled as a whole, as its lines would show it/);
  expect(screen.queryByRole('region', { name: 'Hunks' })).toBeNull();
  expect(document.body.textContent).not.toContain('hunter');
});
