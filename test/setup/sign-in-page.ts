import type { Administrator } from '@sealift/cli/demo/administrator';
import type { Page } from 'playwright-core';

/** Signs in with a password, on the page that is open. */
export async function signInByPassword(page: Page, { username, password }: Administrator): Promise<void> {
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password.reveal());
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
}
