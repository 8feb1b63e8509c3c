import { expect, it } from 'vitest';
import { removedIn } from './removed-apis.ts';

it('knows from which minor on a kind is not served in a version any more', () => {
  expect(removedIn({ apiVersion: 'batch/v1beta1', kind: 'CronJob' })).toBe(25);
  expect(removedIn({ apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3', kind: 'FlowSchema' })).toBe(32);
  // Two kinds of one version may go at different times.
  expect(removedIn({ apiVersion: 'storage.k8s.io/v1beta1', kind: 'StorageClass' })).toBe(22);
  expect(removedIn({ apiVersion: 'storage.k8s.io/v1beta1', kind: 'CSIStorageCapacity' })).toBe(27);
  expect(removedIn({ apiVersion: 'networking.k8s.io/v1beta1', kind: 'ServiceCIDR' })).toBe(37);
});

it('knows of none for what stays', () => {
  expect(removedIn({ apiVersion: 'batch/v1', kind: 'CronJob' })).toBeUndefined();
  expect(removedIn({ apiVersion: 'harbor.example.com/v1beta1', kind: 'CronJob' })).toBeUndefined();
  expect(removedIn({ apiVersion: 'constructor', kind: 'prototype' })).toBeUndefined();
});
