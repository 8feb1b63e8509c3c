import { act, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../../test/open-page.tsx';

const csi = 'csi-csi-vsphere';
const replicas = ['controller', 'replicas'];
const interval = ['controller', 'syncer', 'interval'];

async function openReview(prepare?: Parameters<typeof openPage>[1], address = '/updates/up-1') {
  const opened = openPage(address, prepare);
  await screen.findByRole('tree', { name: 'Decisions' });
  await screen.findByRole('button', { name: 'Confirm' });
  return opened;
}

const line = (name: RegExp) => screen.getByRole('treeitem', { name });
const current = () => screen.getByRole('treeitem', { selected: true });
const detail = () => within(screen.getByRole('region', { name: 'Decision' }));

test('lists every decision in three groups, with who changed what and what becomes of it', async () => {
  await openReview();
  line(/^Needs you \(2\)$/);
  line(/^replicas in controller vSphere CSI 2 becomes 3 changed by both open$/);
  line(/^mtu in calico Calico 1440 becomes 8940 changed here kept$/);
  expect(line(/^From the release/).getAttribute('aria-expanded')).toBe('false');
  expect(screen.queryByRole('treeitem', { name: /^flowLogs/ })).toBeNull();
});

test('opens at the first conflict, in its texts, with what the release and the site made of it', async () => {
  await openReview();
  expect(current().textContent).toContain('replicas');
  const region = (name: string) => detail().getByRole('region', { name });
  await waitFor(() => expect(region('Current here').textContent).toContain('replicas: 2'));
  expect(region('Incoming here').textContent).toContain('replicas: 3');
  expect(region('Base here').textContent).toContain('replicas: 1');
  expect(region('Result here').textContent).toContain('the current value, until you decide');
});

test('settles by keys alone, goes on by itself, counts, and only then lets confirm', async () => {
  const { user, api } = await openReview();
  expect(screen.getByRole('button', { name: 'Confirm' }).getAttribute('aria-disabled')).toBe('true');
  screen.getByText('0 of 2 settled');
  await user.keyboard('i');
  expect(current().textContent).toContain('interval');
  expect(document.activeElement).toBe(current());
  screen.getByText('1 of 2 settled');
  screen.getByText(/controller.replicas: incoming taken. 1 of 2 settled. Next: controller.syncer.interval/);
  await user.keyboard('c');
  await screen.findByText('Nothing is open. 4 customisations are kept.');
  expect(api.edits.resolutions.get(csi)).toEqual([
    { path: replicas, take: 'incoming' },
    { path: interval, take: 'current' },
  ]);
  expect(api.edits.history.get(csi)).toHaveLength(2);
});

test('settles by buttons too, each of which can be opened again', async () => {
  const { user, api } = await openReview();
  await user.click(screen.getByRole('button', { name: 'Take incoming: controller.replicas' }));
  await screen.findByText(/1 open conflict in vSphere CSI/);
  await user.click(line(/^replicas in controller/));
  await user.click(await screen.findByRole('button', { name: 'Open again: controller.replicas' }));
  await screen.findByText(/2 open conflicts in vSphere CSI/);
  await user.click(screen.getByRole('button', { name: 'Keep current: controller.replicas' }));
  await screen.findByText(/1 open conflict in vSphere CSI/);
  await user.click(line(/^replicas in controller/));
  await detail().findByText(/Settled by admin/);
  expect(api.edits.resolutions.get(csi)).toEqual([{ path: replicas, take: 'current' }]);
});

test('undoes decisions one after the other, and goes back to their rows', async () => {
  const { user, api } = await openReview();
  await user.keyboard('ic');
  await screen.findByText(/Nothing is open\. 4/);
  await user.keyboard('u');
  await screen.findByText('1 of 2 settled');
  expect(current().textContent).toContain('interval');
  await user.keyboard('u');
  await waitFor(() => expect(api.edits.resolutions.get(csi)).toEqual([]));
  expect(current().textContent).toContain('replicas');
  await user.keyboard('u');
  screen.getByText('There is nothing to undo.');
});

test('opens with the key that undoes what was settled before the page was loaded: the line one is at, else one’s last', async () => {
  const { user, api } = await openReview((fixture) => {
    for (const path of [replicas, interval])
      fixture.answer('PATCH', `/upgrades/up-1/layers/${csi}/resolutions`, { set: [{ path, take: 'current' }] });
  });
  await user.click(line(/^replicas in controller/));
  await user.keyboard('u');
  await waitFor(() => expect(api.edits.resolutions.get(csi)).toEqual([{ path: interval, take: 'current' }]));
  screen.getByText('controller.replicas is open again.');
  expect(current().textContent).toContain('replicas');
  // What was opened is undone first.
  await user.keyboard('u');
  await screen.findByText('2 of 2 settled');
  await user.keyboard('k');
  await user.keyboard('u');
  await waitFor(() => expect(api.edits.resolutions.get(csi)).toHaveLength(1));
});

test('moves by keys of its own and by those of any tree, in and out of groups', async () => {
  const { user } = await openReview();
  await user.keyboard('j');
  expect(current().textContent).toContain('interval');
  await user.keyboard('kk');
  expect(current().textContent).toContain('Needs you');
  await user.keyboard('{End}');
  expect(current().textContent).toContain('From the release');
  await user.keyboard('{ArrowRight}{ArrowDown}');
  expect(current().textContent).toContain('tls-min-version');
  await user.keyboard('{ArrowLeft}');
  expect(current().textContent).toContain('From the release');
  await user.keyboard('{Enter}');
  expect(screen.queryByRole('treeitem', { name: /^tls-min-version/ })).toBeNull();
  await user.keyboard('n');
  expect(current().textContent).toContain('replicas');
  await user.keyboard('{Home}');
  expect(screen.getAllByRole('treeitem').filter(({ tabIndex }) => tabIndex === 0)).toEqual([document.activeElement]);
});

test('has its keys do nothing where one writes, beside other keys, on a row with nothing to decide, and when switched off', async () => {
  const { user, api } = await openReview();
  const search = screen.getByRole('textbox', { name: 'Search decisions' });
  await user.type(search, 'ci');
  await user.clear(search);
  search.blur();
  await user.keyboard('{Control>}i{/Control}');
  await user.click(line(/^mtu/));
  await user.keyboard('ci');
  screen.getByText(/Here is nothing to decide/);
  expect(api.edits.resolutions.size).toBe(0);
  await user.keyboard('?');
  const dialog = within(await screen.findByRole('dialog', { name: 'Keys of the change review' }));
  await user.keyboard('i');
  await user.click(dialog.getByRole('checkbox', { name: /Use these keys/ }));
  await user.click(dialog.getAllByRole('button', { name: 'Close' })[0] ?? document.body);
  await user.click(line(/^replicas in controller/));
  await user.keyboard('i');
  expect(api.edits.resolutions.size).toBe(0);
  localStorage.clear();
});

test('searches every layer, keeps search, layer and row in the address, and opens there again', async () => {
  const { user, address, unmount } = await openReview();
  await user.type(screen.getByRole('textbox', { name: 'Search decisions' }), 'typha');
  await screen.findByRole('treeitem', { name: /^enabled in calico.typha Calico false becomes true/ });
  expect(screen.queryByRole('treeitem', { name: /^replicas/ })).toBeNull();
  await user.click(line(/^enabled/));
  await waitFor(() => expect(new URLSearchParams(address()).get('row')).toBe('cni-cni-calico:calico.typha.enabled'));
  expect(new URLSearchParams(address()).get('q')).toBe('typha');
  const back = `/updates/up-1?${new URLSearchParams({ layer: 'cni-cni-calico', row: 'cni-cni-calico:flowLogs' })}`;
  unmount();
  await openReview(undefined, back);
  expect(current().textContent).toContain('flowLogs');
  expect(screen.queryByRole('treeitem', { name: /^replicas/ })).toBeNull();
});

test('settles with a value of one’s own that begins with what runs, and keeps what was typed', async () => {
  const { user, api } = await openReview();
  await user.keyboard('e');
  const field = () =>
    screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Value for controller.replicas, as YAML' });
  await waitFor(() => expect(field().value).toBe('2'));
  expect(document.activeElement).toBe(field());
  await user.clear(field());
  await user.type(field(), '5');
  await user.keyboard('{Escape}');
  await user.keyboard('j');
  await user.keyboard('k');
  detail().getByText('What you typed is kept.');
  await user.click(screen.getByRole('button', { name: 'Own value: controller.replicas' }));
  expect(field().value).toBe('5');
  await user.click(screen.getByRole('button', { name: 'Use value' }));
  await screen.findByText('1 of 2 settled');
  await waitFor(() => expect(api.edits.resolutions.get(csi)).toEqual([{ path: replicas, value: '5' }]));
});

test('keeps what was typed over the end of a session', async () => {
  const { user, api } = await openReview();
  await user.keyboard('e');
  const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: /^Value for/ });
  await user.clear(field);
  await user.type(field, 'typed before the end');
  api.user = null;
  await user.click(screen.getByRole('button', { name: 'Use value' }));
  await user.type(await screen.findByRole('textbox', { name: /User name/ }), 'admin');
  await user.type(screen.getByLabelText(/^Password/), 'four random words here');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText('What you typed is kept.');
  await user.keyboard('e');
  const again = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: /^Value for/ });
  expect(again.value).toBe('typed before the end');
});

test('says who settled what in another window, shows the newest, and loses nothing that was typed', async () => {
  const { user, api } = await openReview();
  await user.keyboard('e');
  const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: /^Value for/ });
  await user.clear(field);
  await user.type(field, '9');
  api.editElsewhere('ben', csi, { path: replicas, take: 'incoming' });
  await user.click(screen.getByRole('button', { name: 'Use value' }));
  await screen.findByText(/vSphere CSI was edited in another window; this was not saved: controller.replicas/);
  screen.getByText('ben');
  screen.getByText(/controller.replicas: incoming taken/);
  await screen.findByRole('treeitem', { name: /^replicas in controller .* incoming taken/ });
  expect(api.edits.resolutions.get(csi)).toEqual([{ path: replicas, take: 'incoming' }]);
  await user.click(line(/^replicas in controller/));
  await detail().findByText('What you typed is kept.');
  await user.keyboard('e');
  await user.click(await screen.findByRole('button', { name: 'Use value' }));
  await waitFor(() => expect(api.edits.resolutions.get(csi)).toEqual([{ path: replicas, value: '9' }]));
});

test('takes an answer back from the screen that could not be saved, and says so', async () => {
  const { user, network, api } = await openReview();
  network.down = true;
  await user.keyboard('i');
  await screen.findByText(/The server does not answer/);
  screen.getByText('Not saved: controller.replicas');
  network.down = false;
  await screen.findByText('0 of 2 settled');
  expect(api.edits.resolutions.size).toBe(0);
});

test('offers how a conflict was settled before, and uses it only when told to', async () => {
  const { user, api } = await openReview();
  await user.keyboard('j');
  detail().getByText('75s');
  expect(api.edits.resolutions.size).toBe(0);
  await user.click(screen.getByRole('button', { name: 'Use earlier choice: controller.syncer.interval' }));
  await screen.findByText(/1 open conflict in vSphere CSI/);
  expect(api.edits.resolutions.get(csi)).toEqual([{ path: interval, value: '75s' }]);
  expect(screen.queryByRole('button', { name: /Use earlier choice/ })).toBeNull();
});

test('gives one answer to all like it in every layer, and says exactly to which', async () => {
  const { user, api } = await openReview((fixture) => {
    fixture.alsoConflicts = true;
  });
  screen.getByText('0 of 3 settled');
  await user.click(await screen.findByRole('checkbox', { name: 'Same for the 1 other like this' }));
  expect(detail().getByText('worker.replicas').closest('li')?.textContent).toContain('Harborview');
  await user.keyboard('i');
  await screen.findByText('2 of 3 settled');
  await waitFor(() =>
    expect(api.edits.resolutions.get('addon-harborview')).toEqual([{ path: ['worker', 'replicas'], take: 'incoming' }]),
  );
  expect(api.edits.resolutions.get(csi)).toEqual([{ path: replicas, take: 'incoming' }]);
  await user.keyboard('u');
  await waitFor(() => expect([...api.edits.resolutions.values()]).toEqual([[], []]));
});

test('uses all earlier choices at once, after saying which', async () => {
  const { user, api } = await openReview((fixture) => {
    fixture.alsoConflicts = true;
  });
  await user.click(screen.getByRole('button', { name: 'Use all 2 earlier choices …' }));
  const dialog = within(await screen.findByRole('dialog'));
  dialog.getByText('worker.replicas');
  await user.click(dialog.getByRole('button', { name: 'Use them all' }));
  await screen.findByText('2 of 3 settled');
  await waitFor(() =>
    expect(api.edits.resolutions.get('addon-harborview')).toEqual([{ path: ['worker', 'replicas'], value: '75s' }]),
  );
});

test('says why nothing can be decided in a layer that was edited by hand', async () => {
  const { user, api } = await openReview((fixture) => {
    fixture.edits.pasted.set(csi, 'controller: {}\n');
  });
  await screen.findByText(/vSphere CSI: a text edited by hand is used/);
  await user.click(line(/^replicas in controller .* edited by hand$/));
  await user.keyboard('i');
  screen.getByText(/go back to the merge first/);
  expect(api.edits.resolutions.size).toBe(0);
});

test('shows a decision in the three texts, and edits the result there', async () => {
  const { user } = await openReview();
  await user.click(detail().getByRole('button', { name: 'Edit by hand' }));
  const merged = within(await screen.findByRole('region', { name: 'Merged result' }));
  merged.getByRole('button', { name: 'Use this text' });
  await user.click(merged.getByRole('button', { name: 'Cancel' }));
  await user.click(screen.getByRole('button', { name: 'Change review' }));
  expect(current().textContent).toContain('replicas');
});

test('hides a secret and what is typed for it, until one asks', async () => {
  const { user, api } = await openReview((fixture) => {
    fixture.secretConflict = true;
  });
  await user.click(line(/^password in auth/));
  await waitFor(() =>
    expect(detail().getByRole('region', { name: 'Current here' }).textContent).toContain('password: ••••••'),
  );
  expect(document.body.textContent).not.toContain('hunter');
  await user.keyboard('e');
  const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: /^Value for/ });
  expect([field.value, field.closest('.hidden-text') === null]).toEqual(['hunter2', false]);
  await user.click(screen.getByRole('checkbox', { name: 'Show what I type' }));
  expect(field.closest('.hidden-text')).toBeNull();
  await user.type(field, '3', { initialSelectionStart: 7, initialSelectionEnd: 7 });
  await user.click(screen.getByRole('button', { name: 'Use value' }));
  await waitFor(() =>
    expect(api.edits.resolutions.get('addon-harborview')).toEqual([{ path: ['auth', 'password'], value: 'hunter23' }]),
  );
  await user.click(line(/^password in auth/));
  await act(async () => undefined);
  expect(document.body.textContent).not.toContain('hunter');
});
