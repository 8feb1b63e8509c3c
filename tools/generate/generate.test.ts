import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { cliPage } from './cli-page.ts';
import { errorsPage } from './errors-page.ts';
import { jsonSchemas } from './json-schemas.ts';

function validator(name: string) {
  const file = jsonSchemas().find(({ path }) => path.endsWith(name));
  return new Ajv2020({ allErrors: true, strict: true }).compile(JSON.parse(file?.text ?? '') as object);
}

describe('the published JSON Schemas', () => {
  const release = {
    apiVersion: 'sealift.dev/v1',
    kind: 'Release',
    metadata: { product: 'Harborview', version: '4.2.13' },
    spec: {
      kubernetes: { version: '1.26.10', supported: '>=1.26 <1.28' },
      layers: [{ layer: 'os', pack: 'ubuntu-vsphere', version: '22.04' }],
      migrations: [{ pack: 'ubuntu-vsphere', drop: { path: '/a/b' } }],
      content: { packs: ['./packs/*'] },
    },
  };

  it('accept a release without what may be left out, and refuse a wrong one', () => {
    const validate = validator('release.schema.json');
    validate(release);
    expect(validate.errors).toBeNull();
    expect(validate({ ...release, spec: { ...release.spec, surprise: 1 } })).toBe(false);
    expect(validate({ ...release, metadata: { product: 'Harborview', version: 4.2 } })).toBe(false);
    const { layers: _, ...withoutLayers } = release.spec;
    expect(validate({ ...release, spec: withoutLayers })).toBe(false);
  });

  it('describe every field of a release', () => {
    const undescribed: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, member] of Object.entries(schema)) {
        if (key !== 'properties') visit(member, path);
        else {
          for (const [field, described] of Object.entries(member as Record<string, { description?: string }>)) {
            if (described.description === undefined) undescribed.push(`${path}/${field}`);
            visit(described, `${path}/${field}`);
          }
        }
      }
    };
    visit(JSON.parse(jsonSchemas()[0]?.text ?? ''), '');
    expect(undescribed).toEqual([]);
  });

  it('accept the example packs, and refuse a climbing path', () => {
    const validate = validator('pack.schema.json');
    const packs = new URL('../../examples/harborview/packs/', import.meta.url);
    for (const folder of readdirSync(packs)) {
      const pack = JSON.parse(readFileSync(new URL(`${folder}/pack.json`, packs), 'utf8')) as object;
      validate(pack);
      expect(validate.errors).toBeNull();
      expect(validate({ ...pack, charts: ['../x.tgz'] })).toBe(false);
    }
  });
});

describe('the reference pages', () => {
  it('describe every error, with nothing that would be read as a tag', () => {
    const { text } = errorsPage({
      B_CODE: { message: 'no <file> {path}', hint: 'Look.', status: 404, exit: 1, next: 'retry' },
      A_CODE: { message: 'x', hint: 'Wait.', status: 423, exit: 3, next: 'wait' },
    });
    expect(text.indexOf('## A_CODE')).toBeLessThan(text.indexOf('## B_CODE'));
    expect(text).toContain('no &lt;file> `{path}`');
    expect(text).toContain('- HTTP status 423, exit code 3');
  });

  it('describe the command line without what belongs to this machine', () => {
    const { text } = cliPage();
    expect(text).toContain('## sealift\n');
    expect(text).not.toMatch(/\/(?:home|root|tmp|Users)\//);
  });
});
