import type { Administrator } from '@sealift/cli/demo/administrator';
import type { Locator, Page } from 'playwright-core';

/** Signs in at the console's first page, and waits for its summary. */
export async function signIn(page: Page, { username, password }: Pick<Administrator, 'username' | 'password'>) {
  await page.goto('/');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password.reveal());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
}

/** Opens a page from the main menu. */
export async function openFromMenu(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main Menu' }).getByRole('link', { name: title, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
}

/** The button that chooses a layer, on the pages that show them all. */
export function layerButton(page: Page, name: string): Locator {
  return page.getByRole('navigation', { name: 'Layers' }).getByRole('button', { name });
}

export function paneOf(page: Page, title: string): Locator {
  return page.getByRole('region', { name: title, exact: true });
}

/** Waits until an element shows the text, wherever in it. */
export async function shows(element: Locator, part: string): Promise<void> {
  await element.getByText(part).first().waitFor();
}
