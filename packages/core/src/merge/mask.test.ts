import { describe, expect, it } from 'vitest';
import { maskDecisions, maskText } from './mask.ts';
import { merge } from './merge.ts';
import { jsonSchemaPasswords } from './schema-passwords.ts';
import { isSecretPath, maskPath } from './secret-path.ts';

describe('a path', () => {
  it.each([
    [['adminPassword'], true],
    [['hec', 'token'], true],
    [['secrets', 'x', 'value'], true],
    [['auth', 'pass'], true],
    [['env', { name: 'DB_PASSWORD' }, 'value'], true],
    [['env', { name: 'DB_PASSWORD' }, 'valueFrom', 'secretKeyRef', 'name'], false],
    [['env', { name: 'LOG' }, 'value'], false],
    [['volumes', 0, 'secret', 'secretName'], false],
    [['imagePullSecrets', 0, 'name'], false],
    [['tolerations', 'key'], false],
    [[1, 'files', 'fileToken'], true],
    [['charts', 'host'], false],
  ])('%j names a secret: %s', (path, expected) => {
    expect(isSecretPath(path)).toBe(expected);
  });

  it('names one where the schema says so, in any document and item', () => {
    expect(isSecretPath(['a', 'pin'], ['a.pin'])).toBe(true);
    expect(isSecretPath([1, 'a', 'pin', 'old'], ['a.pin'])).toBe(true);
    expect(isSecretPath(['a', 0, 'pin'], ['a.*.pin'])).toBe(true);
    expect(isSecretPath(['a', { name: 'x' }, 'pin'], ['a.*.pin'])).toBe(true);
    expect(isSecretPath(['a', 'pinned'], ['a.pin'])).toBe(false);
  });

  it('shows no item of a list that is a secret itself', () => {
    expect(maskPath(['tokens', { value: 'hunter2' }])).toEqual(['tokens', { value: '***' }]);
    expect(maskPath(['hosts', { value: 'h' }, { name: 'n' }])).toEqual(['hosts', { value: 'h' }, { name: 'n' }]);
  });
});

describe('a JSON Schema', () => {
  it('names passwords by format and by writeOnly', () => {
    const pin = { type: 'string', format: 'password' };
    const schema = {
      properties: { a: { properties: { pin } }, list: { items: { properties: { b: { writeOnly: true } } } } },
    };
    expect(jsonSchemaPasswords(schema)).toEqual(['a.pin', 'list.*.b']);
  });
});

describe('a text', () => {
  it.each([
    ['a secret in quotes', 'a: 1 # x\r\npassword: "p"\r\n', 'a: 1 # x\r\npassword: "***"\r\n'],
    [
      'references and what is empty',
      'key: {{ .v.k }}\ntoken: ""\npw: $(PW)\n',
      'key: {{ .v.k }}\ntoken: ""\npw: $(PW)\n',
    ],
    ['a number', 'fileToken: 123456\nport: 80\n', 'fileToken: "***"\nport: 80\n'],
    ['a second document', 'a: 1\n---\npassword: hunter2\n', 'a: 1\n---\npassword: "***"\n'],
    ['an anchor that a secret refers to', 'a: &x hunter2\npassword: *x\n', 'a: &x "***"\npassword: *x\n'],
    ['a block scalar', 'token: |\n  hunter2\n  more\nb: 1\n', 'token: "***"\nb: 1\n'],
    ['a private key', 'tls:\n  crt: |\n    -----BEGIN PRIVATE KEY-----\n    AAA\n', 'tls:\n  crt: |\n    ***\n'],
    [
      'flow style',
      'e: [{value: hunter2, name: A_TOKEN}, {name: B, value: b}]\n',
      'e: [{value: "***", name: A_TOKEN}, {name: B, value: b}]\n',
    ],
    ['an argument after its flag', 'args:\n- --password\n- hunter2\n- run\n', 'args:\n- --password\n- "***"\n- run\n'],
    [
      'comments among secrets',
      'auth:\n  # was hunter1\n  user: bob\n  pass: x # y\n  # old\nb: 1 # z\n',
      'auth:\n  # ***\n  user: bob\n  pass: "***" # ***\n  # ***\nb: 1 # z\n',
    ],
    [
      'comments beside a secret at the top',
      '# head\n\n# was h\npassword: x # y\n# next\nb: 1\n',
      '# head\n\n# ***\npassword: "***" # ***\n# next\nb: 1\n',
    ],
    [
      'a default that is commented out',
      'a: 1\n# env:\n#   - name: A_TOKEN\n#     value: hunter2\n',
      'a: 1\n# env:\n#   - name: A_TOKEN\n#     value: ***\n',
    ],
    ['a configuration inside', 'conf: |\n  host: h\n  password: hunter2\n', 'conf: |\n  host: h\n  password: ***\n'],
    [
      'a text that is no YAML',
      'a: [\nenv:\n- name: A_TOKEN\n  value: hunter2\n',
      'a: [\nenv:\n- name: A_TOKEN\n  value: ***\n',
    ],
  ])('is shown without %s', (_, text, shown) => {
    expect(maskText(text)).toBe(shown);
  });

  it('that cannot be read is hidden whole where a secret stands', () => {
    expect(maskText('[hunter2', { under: ['password'] })).toBe('***');
    expect(maskText('hunter2', { under: ['pin'], declared: ['pin'] })).toBe('"***"');
  });

  it('is masked in work that grows with its length', () => {
    const many = Array.from({ length: 5000 }, (_, at) => `  k${at}: v # c`).join('\n');
    expect(maskText(`secrets:\n${many}\n`).match(/"\*\*\*" # \*\*\*/g)).toHaveLength(5000);
  });
});

describe('a decision', () => {
  const shown = (base: string, current: string, incoming = base) => {
    const { decisions } = merge({ base, current, incoming });
    return maskDecisions(decisions, { base, current, incoming });
  };

  it('shows a mapping without its secrets, and what else is in it', () => {
    const [decision] = shown(
      'a: 1\n',
      'a: 1\nm:\n  # was hunter1\n  user: bob\n  token: |\n    line hunter2\n  on: true\n',
    );
    expect(decision?.current?.value).toEqual({ user: 'bob', token: '***', on: true });
    expect(decision?.current?.source).toBe('user: bob\n  token: "***"\n  on: true');
    expect(decision?.masked).toBe(true);
  });

  it('shows references and settings to decide by', () => {
    const [one, two] = shown('existingSecret: ""\nn: 1\n', 'existingSecret: mine\nn: 2\n');
    expect(one?.current?.value).toBe('mine');
    expect(one).not.toHaveProperty('masked');
    expect(two).not.toHaveProperty('masked');
  });

  it('knows the name beside a value where the path has but an index', () => {
    const env = (value: string): string =>
      `env:\n- name: DB_PASSWORD\n  value: ${value}\n- name: DB_PASSWORD\n  value: z\n`;
    expect(JSON.stringify(shown(env('hunter1'), env('hunter2'), env('hunter3')))).not.toMatch(/hunter|"z"/);
  });

  it('shows nothing of a value that is a secret only where an alias refers to it', () => {
    const text = (value: string): string => `m:\n  a: &x ${value}\npassword: *x\n`;
    expect(JSON.stringify(shown(text('hunter1'), text('hunter2')))).not.toContain('hunter');
    expect(JSON.stringify(shown('b: 1\n', `b: 1\n${text('hunter2')}`))).not.toContain('hunter');
  });
});

describe('a refusal', () => {
  it.each([
    'password: hunter2: x\n',
    'env:\n- name: DB_PASSWORD\n  value: hunter2: x\n',
    'key: |\n  -----BEGIN PRIVATE KEY-----\n hunter2: [\n',
    'secrets:\n  a: x\n  b: "hunter2" y\n',
    'url: [postgres://u:hunter2@h/db: x\n',
  ])('of %j does not quote it', (text) => {
    const attempt = (): unknown => merge({ base: 'a: 1\n', current: text, incoming: 'a: 1\n' });
    expect(attempt).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') as string }) as Error,
    );
  });

  it('of an own value for a secret does not quote it', () => {
    const texts = { base: 'password: a\n', current: 'password: b\n', incoming: 'password: c\n' };
    const attempt = (): unknown => merge({ ...texts, resolutions: [{ path: ['password'], value: '[hunter2' }] });
    expect(attempt).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') as string }) as Error,
    );
  });
});

describe('a private key', () => {
  const key = (first: string, last: string): string =>
    `pem: |\n  -----BEGIN PRIVATE KEY-----\n  ${first}\n  middle\n  middle\n  ${last}\n  -----END PRIVATE KEY-----\n`;

  it('is never put together from the lines of two', () => {
    const result = merge({ base: key('A', 'Z'), current: key('B', 'Z'), incoming: key('A', 'Y') });
    expect(result.conflicts.map(({ path }) => path)).toEqual([['pem']]);
    expect(result.text).toBe(key('B', 'Z'));
  });
});
