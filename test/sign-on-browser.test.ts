import { signOnViewSchema } from '@sealift/core/api';
import { type OidcProvider, startOidcProvider } from '@sealift/testkit/oidc-provider';
import { peer } from '@sealift/testkit/peers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './setup/accessibility.ts';
import { type BareConsole, startBareConsole } from './setup/bare-console.ts';
import { openWindow, type Window } from './setup/browser.ts';
import { signInByPassword } from './setup/sign-in-page.ts';

const chromium = peer('chromium');
const callbackPath = '/api/v1/single-sign-on/callback';
const label = 'Company account';

describe.skipIf(chromium.missing)(`single sign-on in a browser (${chromium.remedy})`, () => {
  let site: BareConsole;
  let provider: OidcProvider;
  let window: Window;
  let page: Page;
  /** Not the provider's host, which is 127.0.0.1: what comes back from there comes from another site, as it does in the field. */
  let consoleUrl = '';

  beforeAll(async () => {
    site = await startBareConsole();
    consoleUrl = site.url.replace('127.0.0.1', 'localhost');
    provider = await startOidcProvider({ redirectUris: [`${consoleUrl}${callbackPath}`] });
    provider.people.set('ann', { subject: 's-ann', groups: ['staff', 'platform-ops'] });
    provider.people.set('rob', { subject: 's-rob', groups: ['platform-roots'] });
    provider.people.set('eve', { subject: 's-eve', groups: ['staff'] });
    window = await openWindow(chromium.path, consoleUrl);
    page = window.page;
    page.setDefaultTimeout(60_000);
    // The provider's own pages ask for fonts on the internet.
    await page.context().route(
      ({ origin }) => ![consoleUrl, provider.issuer].includes(origin),
      (route) => route.abort(),
    );
  });
  afterAll(async () => {
    await window?.close();
    await provider?.stop();
    await site?.remove();
  });

  async function tidy(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await window.picture(`${name}-${colorScheme}`);
      expect({ name, faults: await accessibilityFaults(page) }).toEqual({ name, faults: [] });
    }
  }

  async function signOut(): Promise<void> {
    await page.getByRole('button', { name: /^Account / }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }

  /** From the console's button over the provider's own pages, as somebody who is not signed in there. */
  async function signOnAs(person: string): Promise<void> {
    await page.context().clearCookies({ domain: '127.0.0.1' });
    await page.goto('/sign-in');
    await page.getByRole('link', { name: label }).click();
    await page.waitForURL(`${provider.issuer}/**`);
    await page.locator('input[name=login]').fill(provider.people.get(person)?.subject ?? person);
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    // Consent, which is asked for by this provider.
    await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
    await page.locator('button[type=submit]').click();
    await page.waitForURL(`${consoleUrl}/**`);
  }

  const refused = (title: string) => page.getByText(title).waitFor();
  const nobodyIsSignedIn = async (): Promise<void> => {
    const status = await page.evaluate<number>(`fetch('/api/v1/session').then(({ status }) => status)`);
    expect(status).toBe(401);
  };

  it('is set up on its page, where saving asks the provider first', async () => {
    await page.goto('/administration/single-sign-on');
    await page.getByLabel('User name').waitFor();
    await page.getByLabel('User name').fill(site.administrator.username);
    await page.getByLabel('Password').fill(site.administrator.password.reveal());
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Single Sign-On' }).waitFor();
    const form = page.getByRole('form', { name: 'Change single sign-on' });
    await form.getByLabel('Issuer').fill(provider.issuer);
    await form.getByLabel('Client ID').fill(provider.clientId);
    await form.getByLabel('Client secret').fill(provider.clientSecret);
    expect(await form.getByLabel('Address of this console').inputValue()).toBe(consoleUrl);
    await form.getByLabel('Roles of groups').fill('platform-roots = root\nplatform-ops = operations');
    await form.getByLabel('Scopes').fill('profile');
    await form.getByLabel('What the button says').fill(label);
    await form.getByRole('button', { name: 'Try and save' }).click();
    await page.getByText(provider.issuer).first().waitFor();
    await form.waitFor({ state: 'detached' });
    await tidy('sign-on-settings');
    await signOut();
  });

  it('lets somebody in over the provider’s own pages, with the role that their group has', async () => {
    await page.getByRole('link', { name: label }).waitFor();
    await tidy('sign-on-offered');
    await signOnAs('ann');
    // A session that begins with a navigation from another site is there at once, not after a reload.
    await page.getByRole('heading', { level: 1, name: 'Summary' }).waitFor();
    await page.getByRole('button', { name: 'Account ann' }).waitFor();
    expect(await page.evaluate(`fetch('/api/v1/session').then((answer) => answer.json())`)).toMatchObject({
      username: 'ann',
      role: 'operations',
    });
    const menu = page.getByRole('navigation', { name: 'Main Menu' });
    // Operations manage no accounts.
    expect(await menu.getByRole('link', { name: 'Accounts and Roles' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Account ann' }).click();
    await page.getByRole('menuitem', { name: 'Password and sessions' }).click();
    await page.getByRole('heading', { level: 1, name: 'Your Account' }).waitFor();
    expect(await page.getByLabel('New password').count()).toBe(0);
    await tidy('sign-on-account');
    await signOut();
    await nobodyIsSignedIn();
  });

  it('gives who is in another group the role of that one', async () => {
    await signOnAs('rob');
    await page.getByRole('navigation', { name: 'Main Menu' }).getByRole('link', { name: 'Accounts and Roles' }).click();
    await page.getByRole('row').filter({ hasText: 'ann' }).waitFor();
    await signOut();
  });

  it('refuses who is in no group with a role, and says so', async () => {
    await signOnAs('eve');
    await refused('You are in no group that has a role in this console');
    await tidy('sign-on-no-role');
    await nobodyIsSignedIn();
  });

  it('takes an answer of the provider once, and with the state that it was asked with', async () => {
    let answered = '';
    const keep = (request: { url(): string }): void => {
      if (new URL(request.url()).pathname === callbackPath) answered = request.url();
    };
    page.on('request', keep);
    await signOnAs('ann');
    await page.getByRole('button', { name: 'Account ann' }).waitFor();
    page.off('request', keep);
    await signOut();
    await page.goto(answered);
    await refused('Single sign-on was refused');
    await tidy('sign-on-refused');
    await nobodyIsSignedIn();
    // The browser has begun another: its state and nonce are others.
    await page.context().clearCookies({ domain: '127.0.0.1' });
    await page.getByRole('link', { name: label }).click();
    await page.waitForURL(`${provider.issuer}/**`);
    await page.goto(answered);
    await refused('Single sign-on was refused');
    await nobodyIsSignedIn();
  });

  it('says that the provider does not answer, and leaves the way in with a password', async () => {
    // It fails where the console asks it, in the middle of a sign-on.
    provider.instead = (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(503).end();
      return true;
    };
    await signOnAs('ann');
    await refused('The provider of single sign-on could not be asked');
    await nobodyIsSignedIn();
    // Nothing of it answers any more, and what the console knew of it was of other settings.
    provider.instead = undefined;
    const { api } = site.administrator;
    const { revision, settings } = await api.get('/api/v1/single-sign-on', signOnViewSchema);
    await api.put('/api/v1/single-sign-on', { ...settings, label: 'Another label' }, signOnViewSchema, revision);
    provider.instead = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Another label' }).click();
    await refused('The provider of single sign-on could not be asked');
    await tidy('sign-on-provider-down');
    await signInByPassword(page, site.administrator);
  });
});
