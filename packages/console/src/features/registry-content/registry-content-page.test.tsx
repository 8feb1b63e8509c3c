import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

const repositories = '/administration/registries/spectro-packs/repositories';
const calico = 'sealift/packs/spectro-packs/archive/calico';
const contents = `/administration/registries/spectro-packs/contents?repository=${calico}`;

test('goes from the registries to the repositories of one, page by page and back', async () => {
  const { user, address } = openPage('/administration/registries');
  await user.click(await screen.findByRole('link', { name: 'Repositories of spectro-packs' }));
  await screen.findByRole('heading', { level: 1, name: 'Repositories of spectro-packs' });
  await screen.findByRole('link', { name: 'sealift/images/registry.example/app/component-0' });
  expect(screen.queryByRole('link', { name: calico })).toBeNull();
  expect(screen.queryByRole('link', { name: 'First page' })).toBeNull();
  await user.click(screen.getByRole('link', { name: 'Next page' }));
  await screen.findByRole('link', { name: calico });
  expect(new URLSearchParams(address()).get('after')).toContain('component-');
  expect(screen.queryByRole('link', { name: 'Next page' })).toBeNull();
  await user.click(screen.getByRole('link', { name: 'First page' }));
  await screen.findByRole('link', { name: 'sealift/images/registry.example/app/component-0' });
});

test('searches on the server, keeps that in the address, and says where nothing matches', async () => {
  const { user, address, api } = openPage(`${repositories}?after=sealift/images/z`);
  const field = await screen.findByRole('textbox', { name: 'Search repositories' });
  await user.type(field, 'calico');
  await waitFor(() => expect(address()).toBe('?q=calico'));
  await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(2));
  screen.getByRole('link', { name: calico });
  expect(api.calls.filter((call) => call.includes('search=calic&'))).toEqual([]);
  await user.type(field, 'x');
  await screen.findByText('No repositories match');
  await user.click(screen.getByRole('button', { name: /Reset|Clear/ }));
  await waitFor(() => expect(screen.getAllByRole('row').length).toBeGreaterThan(10));
});

test('shows what each tag stands for, with the way to where it is used, and one that cannot be read with the reason', async () => {
  const { user } = openPage(contents);
  await screen.findByRole('heading', { level: 1, name: calico });
  const row = async (name: RegExp) => within(await screen.findByRole('row', { name }));
  (await row(/^3\.25\.0/)).getByText('18 KiB');
  (await row(/^3\.25\.0/)).getByText('not told');
  (await row(/^4\.2\.13/)).getByText('linux/amd64, linux/arm64/v8');
  (await row(/^damaged/)).getByText(/as it was asked for/);
  (await row(/^sbom/)).getByText('application/vnd.cyclonedx+json');
  await user.click((await row(/^3\.25\.0/)).getByRole('link', { name: 'Pack' }));
  await screen.findByRole('heading', { level: 1, name: 'Packs' });
  expect((await screen.findByRole<HTMLInputElement>('textbox', { name: /Filter/ })).value).toBe('calico');
});

test('says that a registry does not answer, and asks again', async () => {
  const { user, api } = openPage(contents, (fixture) => {
    fixture.content.refuse = true;
  });
  await screen.findByText(/The registry does not answer/);
  api.content.refuse = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByText('3.25.0');
});

test('says that a registry holds nothing', async () => {
  openPage(repositories, (fixture) => {
    fixture.content.repositories = [];
  });
  await screen.findByText('No repositories here');
});
