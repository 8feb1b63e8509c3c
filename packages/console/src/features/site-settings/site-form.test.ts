import type { SiteView } from '@sealift/core/api';
import { expect, test } from 'vitest';
import { formOf, requestOf } from './site-form.ts';

const none: SiteView = { source: 'none', fixed: null, revision: 0, settings: null, changedBy: null, changedAt: null };
const places = { datacenter: 'DC0', folder: null, cluster: null, resourcePool: null, datastore: null, network: null };
const stored: SiteView = {
  ...none,
  source: 'console',
  revision: 3,
  settings: {
    vcenter: { url: 'https://vc', username: 'u', ca: 'PEM', thumbprint: null, trust: '' },
    places,
    enterprise: { server: 'https://k', from: '' },
    management: { server: 'https://m', from: '' },
    clusterName: { namespace: 'a', name: 'b.c' },
  },
};

test('what is stored goes back as it is, and its secrets stay where they are', () => {
  expect(requestOf(formOf(stored), 3)).toEqual({
    revision: 3,
    vcenter: { url: 'https://vc', username: 'u', ca: 'PEM', thumbprint: null },
    places,
    clusterName: { namespace: 'a', name: 'b.c' },
  });
});

test('what is chosen goes, and what was typed for another choice does not', () => {
  const form = {
    ...formOf(none),
    password: 'p',
    trust: 'thumbprint',
    ca: 'PEM',
    thumbprint: ' AA ',
    enterprise: { choice: 'kubeconfig', text: 'k', context: ' prod ' },
    management: { choice: 'same', text: 'left over', context: '' },
  } as const;
  expect(requestOf(form, 0)).toMatchObject({
    vcenter: { password: 'p', ca: null, thumbprint: 'AA' },
    enterprise: { text: 'k', context: 'prod' },
    management: null,
    clusterName: null,
  });
  expect(requestOf({ ...form, enterprise: { ...form.enterprise, choice: 'machine' } }, 0).enterprise).toBeNull();
});
