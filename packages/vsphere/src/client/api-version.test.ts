import { expect, it } from 'vitest';
import { readXml } from '@sealift/io/xml/read-xml';
import { chooseVersion } from './api-version.ts';

const limits = { bytes: 10_000, depth: 10, elements: 100 };
const versions = (newest: string, ...prior: string[]): string => {
  const all = prior.map((version) => `<version>${version}</version>`).join('');
  const other = '<namespace><name>urn:vim2</name><version>99</version></namespace>';
  const own = `<namespace><name>urn:vim25</name><version>${newest}</version><priorVersions>${all}</priorVersions></namespace>`;
  return chooseVersion(readXml(Buffer.from(`<namespaces version="1.0">${other}${own}</namespaces>`), limits));
};

it.each([
  ['the newest of the server, where we know it', versions('8.0.1.0', '8.0.0.1', '7.0.3.2', '6.7'), '8.0.1.0'],
  ['the newest that we know', versions('9.0.0.0', '8.0.3.0', '8.0.2.0', '7.0'), '8.0.3.0'],
  ['by number, not by letter', versions('8.0.10.0', '8.0.2.0', '7.0.10'), '8.0.2.0'],
  ['the oldest, where nothing fits', versions('10.0', 'x'), '6.7'],
])('speaks %s', (_, chosen, expected) => {
  expect(chosen).toBe(expected);
});
