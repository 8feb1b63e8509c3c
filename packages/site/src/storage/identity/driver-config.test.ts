import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isYaml, readClusterId, withClusterId } from './driver-config.ts';

describe('the cluster-id of a configuration', () => {
  it.each([
    ['without quotes', '[Global]\ncluster-id = a/b\n', 'a/b'],
    ['in quotes', '[Global]\ncluster-id="a/b"\n', 'a/b'],
    ['with a comment behind it', '[Global]\ncluster-id = a/b # mine\n', 'a/b'],
    ['in quotes with a comment sign inside', '[Global]\ncluster-id = "a;b" ; mine\n', 'a;b'],
    ['with escapes', '[Global]\ncluster-id = "a\\"b\\\\c"\n', 'a"b\\c'],
    ['in other letters', '[GLOBAL]\nCluster-ID = a/b\n', 'a/b'],
    ['with the endings of Windows', '[Global]\r\ncluster-id = a/b\r\nuser = x\r\n', 'a/b'],
    ['given twice', '[Global]\ncluster-id = a\ncluster-id = b\n', 'b'],
    ['of another section', '[VirtualCenter "x"]\ncluster-id = a\n', undefined],
    ['of a subsection of that name', '[Global "x"]\ncluster-id = a\n', undefined],
    ['in a comment', '[Global]\n; cluster-id = a\n', undefined],
    ['of another key', '[Global]\nold-cluster-id = a\n', undefined],
    ['that is empty', '[Global]\ncluster-id =\n', ''],
    ['of an empty text', '', undefined],
  ])('%s is read', (_, config, expected) => {
    expect(readClusterId(config, 'x')).toBe(expected);
  });

  it.each([
    ['[Global]\ncluster-id = "open\n', 'line 2'],
    ['global:\n  cluster-id: x\n', 'INI'],
    ['x'.repeat(1024 * 1024 + 1), 'too large'],
  ])('is not guessed from %j', (config, reason) => {
    expect(() => readClusterId(config, 'kube-system/x')).toThrow(reason);
  });

  it.each([
    ['global:\n  user: x\nvcenter:\n  site-a:\n    server: 10.0.0.1\n    datacenters:\n    - DC0\n', true],
    ['# by a pack\n\nglobal: {}\nvcenter: {a: {datacenters: [DC0]}}\n', true],
    ['---\nglobal:\n', true],
    ['{"global": {}}', true],
    ['"global":\n  user: x\n', true],
    ['[Global]\ncluster-id = a/b\n', false],
    ['; by hand\n# too\n[Global]\nuser: x\n', false],
    ['user = x\n', false],
    ['', false],
  ])('is in the YAML form of the cloud provider, which has none: %j, %s', (config, expected) => {
    expect(isYaml(config)).toBe(expected);
    if (expected) expect(() => withClusterId(config, 'n', 'x')).toThrow('INI');
  });

  it('is put into a section that has none, and refused where there is no section', () => {
    expect(withClusterId('# a\n[Global]\nuser = x\n', 'n', 'x')).toBe('# a\n[Global]\ncluster-id = "n"\nuser = x\n');
    expect(withClusterId('[Global]', 'n', 'x')).toBe('[Global]\ncluster-id = "n"\n');
    expect(() => withClusterId('[Labels]\nzone = z\n', 'n', 'x')).toThrow('[Global]');
  });

  it('says nothing of what else the configuration holds', () => {
    const config = '[Global]\npassword = "hunter2\ncluster-id = "open\n';
    let message = '';
    try {
      readClusterId(config, 'x');
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('line 3');
    expect(message).not.toContain('hunter2');
  });

  const word = fc.stringMatching(/^[\w./-]{0,12}$/);
  const quoted = fc.string().map((text) => `"${text.replaceAll(/[\n\r]/g, '').replaceAll(/["\\]/g, '\\$&')}"`);
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '; cluster-id = no',
      '# x',
      '  ',
      '[Labels]',
      '[VirtualCenter "10.0.0.1"]',
      '[Global]',
      '[global] ; x',
    ),
    fc
      .tuple(fc.constantFrom('cluster-id', 'user', 'CLUSTER-ID', 'port'), fc.oneof(word, quoted))
      .map(([k, v]) => `${k} = ${v}`),
  );
  const config = fc
    .tuple(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([lines, end, last]) => ['[Global]', ...lines].join(end) + (last ? end : ''));

  it('is read as it was set, and setting it again changes nothing', () => {
    fc.assert(
      fc.property(
        config,
        fc.string().filter((id) => !/[\n\r]/.test(id)),
        (text, id) => {
          const changed = withClusterId(text, id, 'x');
          expect(readClusterId(changed, 'x')).toBe(id);
          expect(withClusterId(changed, id, 'x')).toBe(changed);
        },
      ),
    );
  });

  it('is all that changes', () => {
    fc.assert(
      fc.property(config, (text) => {
        const kept = (given: string): string[] => given.split(/\r?\n/).filter((one) => !/^cluster-id\b/i.test(one));
        expect(kept(withClusterId(text, 'n', 'x'))).toEqual(text === '[Global]' ? ['[Global]', ''] : kept(text));
      }),
    );
  });
});
