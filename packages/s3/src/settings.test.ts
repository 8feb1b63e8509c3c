import { Secret } from '@sealift/core/secret';
import { expect, it } from 'vitest';
import { addressOf, checkSettings, type S3Settings, urlOf, wrongPart } from './settings.ts';

const settings: S3Settings = {
  endpoint: 'https://s3.example:9000',
  region: 'us-east-1',
  bucket: 'backups',
  prefix: 'site-a/',
  accessKey: 'KEY',
  secretKey: new Secret('words'),
  ca: null,
  pathStyle: true,
};

it('the bucket stands in the path, or in the name of the host', () => {
  expect(urlOf(settings, 'site-a/b', { uploads: '' }).href).toBe('https://s3.example:9000/backups/site-a/b?uploads=');
  expect(urlOf({ ...settings, pathStyle: false }, 'site-a/b').href).toBe('https://backups.s3.example:9000/site-a/b');
  expect(addressOf(settings)).toBe('s3://backups/site-a/ at https://s3.example:9000');
});

it('settings that are right pass', () => {
  for (const prefix of ['', 'a/', 'a/b.c/d_e-f/']) checkSettings({ ...settings, prefix });
  expect(wrongPart({ ...settings, endpoint: 'http://10.0.0.1:9000/' })).toBeNull();
});

it.each<[keyof S3Settings, string]>([
  ['endpoint', 's3.example'],
  ['endpoint', 'ftp://s3.example'],
  ['endpoint', 'https://key:secret@s3.example'],
  ['endpoint', 'https://s3.example/backups'],
  ['region', ''],
  ['region', 'us east'],
  ['bucket', 'Backups'],
  ['bucket', 'a/b'],
  ['prefix', '/a/'],
  ['prefix', 'a'],
  ['prefix', 'a//b/'],
  ['prefix', '../'],
  ['prefix', 'a/./'],
  ['accessKey', 'a/b'],
  ['accessKey', 'a\nb'],
])('settings with a wrong %s are refused: %s', (field, value) => {
  expect(wrongPart({ ...settings, [field]: value })?.field).toBe(field);
  expect(() => checkSettings({ ...settings, [field]: value })).toThrow('not valid');
});
