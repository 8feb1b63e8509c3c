import { mutantsOf } from './mutant.ts';

export const vsphereMutants = mutantsOf('vsphere', [
  [
    'a machine that proves nothing counts as the image',
    'import/present-template.ts',
    "if (found === undefined) throw new SealiftError('VSPHERE_TEMPLATE_UNPROVEN', { values });",
    'if (found === undefined) return {} as never;',
    'import/present-template.test.ts',
  ],
  [
    'another image of that name counts as the same',
    'import/present-template.ts',
    'if (compared.same) return found;',
    'return found;',
    'import/present-template.test.ts',
  ],
  [
    'what still runs is taken for a leftover',
    'import/present-template.ts',
    '|| machine.poweredOn) continue;',
    ') continue;',
    'import/present-template.test.ts',
  ],
  [
    'a leftover of another image is finished',
    'import/present-template.ts',
    'sameContent(identity, knownOf(ovf, request))?.same === true',
    'sameContent(identity, knownOf(ovf, request)) !== undefined',
    'import/present-template.test.ts',
  ],
  [
    'the first of several is chosen',
    'import/choose.ts',
    'if (candidates.length === 1) return first;',
    'return first;',
    'import/choose.test.ts',
  ],
  [
    'the first of several of one name is chosen',
    'import/choose.ts',
    'if (found.length === 1) return first;',
    'return first;',
    'import/choose.test.ts',
  ],
  [
    'the end of a path counts as a whole one',
    'import/choose.ts',
    'const end = isWhole ? path : path.slice(-wanted.length);',
    'const end = path.slice(-wanted.length);',
    'import/choose.test.ts',
  ],
  [
    'an escaped slash is a slash between names',
    'import/choose.ts',
    '    .map(unescapeName);',
    "    .flatMap((one) => unescapeName(one).split('/'));",
    'import/places.test.ts',
  ],
  [
    'a template without proof can be mended',
    'templates/diagnose.ts',
    "problems.push({ kind: 'unproven', detail, mend, mendable: false });",
    "problems.push({ kind: 'unproven', detail, mend, mendable: true });",
    'templates/diagnose.test.ts',
  ],
  [
    'a missing snapshot is no problem',
    'templates/diagnose.ts',
    'if (!machine.hasSnapshot) {',
    'if (!machine.hasSnapshot && !machine.template) {',
    'templates/diagnose.test.ts',
  ],
]);
