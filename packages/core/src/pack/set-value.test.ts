import { describe, expect, it } from 'vitest';
import { setValue } from './set-value.ts';

const values = `# pods
charts:
  shop:   # the shop
    replicas: 2   # of the web
    host: {{ .spectro.var.host }}
    pools: [ { cidr: 10.0.0.0/16, mtu: 1440 }, { cidr: '10.1.0.0/16' } ]
    labels: { "app.kubernetes.io/name": shop }
    empty:
    script: |
      echo
`;

describe('a value that is set in a text', () => {
  it.each([
    ['charts.shop.replicas', '3', 'replicas: 2 ', 'replicas: 3 '],
    ['charts.shop.pools[0].mtu', '9000', '1440', '9000'],
    ['charts.shop.pools[1].cidr', '"10.2.0.0/16"', "'10.1.0.0/16'", '"10.2.0.0/16"'],
    ['charts.shop.labels["app.kubernetes.io/name"]', 'front', 'name": shop', 'name": front'],
    ['charts.shop.empty', 'full', 'empty:', 'empty: full'],
    ['charts.shop.host', 'shop.example', '{{ .spectro.var.host }}', 'shop.example'],
  ])('changes nothing else: %s', (path, value, from, to) => {
    expect(setValue(values, path, value)).toBe(values.replace(from, to));
  });

  it.each([
    ['charts.shop.none', '1', 'have nothing there'],
    ['charts.shop', '1', 'no value of one line'],
    ['charts.shop.script', '1', 'no value of one line'],
    ['charts.shop.replicas', '{ a: 1 }', '--values'],
    ['charts.shop.replicas', '1\nb: 2', '--values'],
    ['charts.shop.pools[0].mtu', 'a, b', 'quotation marks'],
    ['charts.shop.pools[name=a].mtu', '1', 'by their number'],
    ['__proto__.a', '1', 'nothing there'],
    ['charts..shop', '1', ''],
  ])('is refused where it would be another change: %s %s', (path, value, reason) => {
    expect(() => setValue(values, path, value)).toThrow(reason === '' ? Error : reason);
  });
});
