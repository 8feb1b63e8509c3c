import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { backupId } from '../../../test/fixture/backups.ts';
import { openPage } from '../../../test/open-page.tsx';

const address = '/administration/backups';

test('lists backups with what was proven and what was not, and where the key is', async () => {
  openPage(address);
  const table = within(await screen.findByRole('grid', { name: 'Backups' }));
  table.getByText(/1204 rows of 20 tables restored and alike, 312 objects read and compared, not loaded/);
  table.getByText('for upgrade up-0');
  expect(table.getByRole('link', { name: `Download ${backupId}` }).getAttribute('href')).toBe(
    `/api/v1/backups/${backupId}/file`,
  );
  screen.getByText('/var/lib/sealift/secret-key');
});

test('makes one, and says how far it is', async () => {
  const { user } = openPage(address);
  await user.click(await screen.findByRole('button', { name: 'Create a backup' }));
  await screen.findByText('A backup is being made, asked by admin');
  screen.getByText(/reading it back and restoring it on trial/);
});

test('verifies one now, and tells of damage with the remedy', async () => {
  const { user, api } = openPage(address);
  const verify = await screen.findByRole('button', { name: `Verify ${backupId}` });
  await user.click(verify);
  await screen.findByText(new RegExp(`Backup ${backupId} is whole`));
  api.backups.damaged = true;
  await user.click(verify);
  await screen.findByText(/chunk 3 is not what was sealed/);
});

test('removes one once it was asked again', async () => {
  const { user } = openPage(address);
  await user.click(await screen.findByRole('button', { name: `Remove ${backupId}` }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Remove this backup?' }));
  await user.click(dialog.getByRole('button', { name: 'Remove it' }));
  await screen.findByRole('heading', { name: 'There is no backup yet' });
});

test('sets when they are made by themselves, and says what failed and what is missed', async () => {
  const { user } = openPage(address, (api) => api.backups.fail('the disk is full. Make room.'));
  await screen.findByText(/the disk is full/);
  screen.getByText('The last backup (by itself) failed');
  const every = screen.getByLabelText('Made by itself');
  await user.selectOptions(every, 'Every week');
  await screen.findByDisplayValue('Every week');
});

test('keeps them in a bucket once the store was tried, and says what is wrong with one that does not do', async () => {
  const { user } = openPage(address);
  await user.click(await screen.findByRole('button', { name: 'Change where they are kept' }));
  const form = within(screen.getByRole('form', { name: 'Change where backups are kept' }));
  await user.click(form.getByRole('radio', { name: 'A bucket of a store that speaks S3' }));
  const type = async (label: string, text: string) => {
    const field = form.getByLabelText(new RegExp(`^${label}`));
    await user.clear(field);
    await user.click(field);
    await user.paste(text);
  };
  await type('Address', 'https://s3.example');
  await type('Bucket', 'missing');
  await type('Prefix', 'site-a');
  await type('Access key', 'KEY');
  await type('Secret key', 'hidden words');
  await user.click(form.getByRole('button', { name: 'Try and save' }));
  expect((await form.findAllByText(/has no bucket missing/)).length).toBeGreaterThan(0);
  await type('Bucket', 'backups');
  await user.click(form.getByRole('button', { name: 'Try and save' }));
  await screen.findByText('s3://backups/site-a/ at https://s3.example');
  await user.click(screen.getByRole('button', { name: 'Try the store now' }));
  await screen.findByText('write, read, remove');
  expect(document.body.textContent).not.toContain('hidden words');
});

test('says that the store does not answer, and takes no backup for lost', async () => {
  openPage(address, (api) => api.backups.loseStore());
  await screen.findByText('The store cannot tell what it has');
  screen.getByText(/which was not looked at/);
  expect(screen.queryByText(/Its file is not in/)).toBeNull();
});
