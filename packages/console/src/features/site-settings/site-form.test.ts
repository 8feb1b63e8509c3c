import type { SiteView } from '@sealift/core/api';
import { expect, test } from 'vitest';
import { formOf, requestOf } from './site-form.ts';

const none: SiteView = {
  source: 'none',
  fixed: null,
  revision: 0,
  settings: null,
  startedWith: [],
  changedBy: null,
  changedAt: null,
};
const imageRegistry = { address: 'h:8443/p', pullSecret: { namespace: 'kube-system', name: 'login' } };
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
    imageRegistry,
    variables: { names: ['domain'], from: '' },
  },
};

test('what is stored goes back as it is, and its secrets stay where they are', () => {
  expect(requestOf(formOf(stored), 3)).toEqual({
    revision: 3,
    vcenter: { url: 'https://vc', username: 'u', ca: 'PEM', thumbprint: null },
    places,
    clusterName: { namespace: 'a', name: 'b.c' },
    imageRegistry,
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

test('the image registry and variables are given, kept, taken away, or left to the options of the console', () => {
  const form = { ...formOf(none), imageRegistry: ' h/p ', variables: { choice: 'given', text: 'a: 1' } } as const;
  expect(requestOf(form, 0)).toMatchObject({ imageRegistry: { address: 'h/p', pullSecret: null }, variables: 'a: 1' });
  const emptied = { ...formOf(stored), imageRegistry: '', variables: { choice: 'none', text: 'left over' } } as const;
  expect(requestOf(emptied, 0)).toMatchObject({ imageRegistry: null, variables: null });
  const beside = requestOf(form, 0, ['imageRegistry', 'variables']);
  expect(Object.keys(beside)).not.toContain('imageRegistry');
  expect(Object.keys(beside)).not.toContain('variables');
});
